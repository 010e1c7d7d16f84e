/** The words of what stands beneath a message on occasion: Turkish. */

import type { BubbleWords } from '@/i18n/bubble-words';

const words: BubbleWords = {
  again: 'Yeniden gönder',
  again_hint: 'Dosyaları ve alıcılarıyla birlikte alana geri koyar; bakıp gönderin.',
  again_risk: 'Ulaşıp ulaşmadığı bilinmiyor. Ulaştıysa müşteri iki kez alır.',
  again_replaces: 'Yazmaya başladığınız mektubun yerine bu geçer.',
  again_yes: 'Alana koy',
  again_no: 'Vazgeç',
  again_done: '{time} saatinde yeniden gönderildi.',
  closed_letter: 'Bir çalışma arkadaşınızın görüşmesi: mektubunu siz açamazsınız.',
  closed_files: 'Bir çalışma arkadaşınızın görüşmesi: dosyalarını siz açamazsınız.',
  closed_both: 'Bir çalışma arkadaşınızın görüşmesi: mektubunu ve dosyalarını siz açamazsınız.',
};

export default words;
