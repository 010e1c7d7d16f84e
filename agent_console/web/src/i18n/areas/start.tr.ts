/** The words of writing to a client first: Turkish. */

import type { Start } from '@/i18n/start-page';

const words: Start = {
  title: 'Yaz: {name}',
  way: 'Nasıl',
  chat_last: '{site} sohbeti, son kullanım: {when}',
  holder: 'Bu konuşma şu anda {name} adlı kişide.',
  by_phone: 'Telefonla yazılmaz. Aramak için karttaki numarayı kullanın.',
  continues: 'Orada açık bir konuşma var: metniniz ona eklenir, kuyruk: {queue}.',
  continued: 'Konuşma zaten açıktı ({name}): metniniz ona eklenir.',
  nobody: 'Şu anda yazılamıyor: {name}.',
  from: 'gönderen: {sender}',
  unusable: 'Şimdi kullanılamayan {n} yol | Şimdi kullanılamayan {n} yol',
  queue: 'Kuyruk',
  text: 'Mesajınız',
  hint: 'Konuşma hemen sizin olur ve diğerleri gibi yer kaplar.',
  over: '{n} karakter fazla | {n} karakter fazla',
  send: 'Gönder',
  lose_ask: 'Yazdıklarınız gönderilmedi, saklanmaz.',
  lose_no: 'Yazmayı sürdür',
  lose_yes: 'At',
  missing: { way: 'Nasıl yazacağınızı seçin.', queue: 'Bir kuyruk seçin.', words: 'Önce mesajı yazın.', subject: 'Önce mektuba bir konu yazın.', files_failed: 'Bir dosya yüklenemedi: yeniden deneyin ya da çıkarın.' },
};
export default words;
