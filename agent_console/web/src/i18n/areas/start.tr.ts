/** The words of writing to a client first: Turkish. */

import type { Start } from '@/i18n/start-page';

const words: Start = {
  title: 'Yaz: {name}',
  way: 'Nasıl',
  chat_last: '{site} sohbeti, son kullanım: {when}',
  holder: 'Bu konuşma şu anda {name} adlı kişide.',
  continues: 'Orada açık bir konuşma var: metniniz ona eklenir, kuyruk: {queue}.',
  continued: 'Konuşma zaten açıktı ({name}): metniniz ona eklenir.',
  nobody: 'Şu anda yazılamıyor: {name}.',
  queue: 'Kuyruk',
  text: 'Mesajınız',
  hint: 'Konuşma hemen sizin olur ve diğerleri gibi yer kaplar.',
  over: '{n} karakter fazla | {n} karakter fazla',
  send: 'Gönder',
};
export default words;
