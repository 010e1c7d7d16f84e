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
  refused: {
    account_off: 'Bot ya da posta hesabı kapalı. Bir yönetici açabilir.',
    address_of_another: 'Bu adres artık başka bir müşterinin. Bu görüşmede yazılan oraya gitmez.',
    reply_window_over: 'Önce müşterinin buraya yeniden yazması gerek: bu kanal yalnızca son mesajından sonraki bir gün yanıt alır.',
    open_elsewhere: 'Bu konuşma zaten başka bir işte açık.',
  },
};

export default words;
