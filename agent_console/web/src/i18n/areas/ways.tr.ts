/** The words of choosing the channel of a reply: Turkish. */

import type { WayWords } from '@/i18n/way-words';

const words: WayWords = {
  by: 'Yanıt kanalı',
  elsewhere: 'Müşteriyle şurada sürdür',
  closed: '{way}: {why}',
  chars: 'en çok {n} karakter',
  files: 'dosyalar en çok {size}',
  no_files: 'dosya yok',
  away: 'Müşterinin sayfası kapalı: döndüğünde görür.',
  until: 'Buradan {time} saatine kadar yanıtlanabilir.',
  heard: 'son yazışı {time}',
  other: 'Şununla gönder',
  other_hint: 'Metni bu kanal için alana koyar. Henüz bir şey gönderilmez.',
};

export default words;
