/** The words of what stands beneath a message on occasion: Turkish. */

import type { BubbleWords } from '@/i18n/bubble-words';

const words: BubbleWords = {
  again: 'Yeniden gönder',
  again_hint: 'Dosyaları ve alıcılarıyla birlikte alana geri koyar; bakıp gönderin.',
  again_risk: 'Ulaşıp ulaşmadığı bilinmiyor. Ulaştıysa müşteri iki kez alır.',
  again_replaces: 'Yazmaya başladığınız mektubun yerine bu geçerdi.',
  again_yes: 'Alana koy',
  again_no: 'Vazgeç',
  again_done: '{time} saatinde yeniden gönderildi.',
  closed_letter: 'Bu görüşme şimdi sizde değil: mektubunu siz açamazsınız.',
  closed_files: 'Bu görüşme şimdi sizde değil: dosyalarını siz açamazsınız.',
  closed_both: 'Bu görüşme şimdi sizde değil: mektubunu ve dosyalarını siz açamazsınız.',
};

export default words;
