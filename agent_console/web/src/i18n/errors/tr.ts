/** What can go wrong: Turkish. */

import type { Messages } from '@/i18n/text';

const errors: Messages['errors'] = {
  unreachable: 'Merkez yanıt vermiyor. Ağı denetleyin.',
  wrong_login_or_password: 'Kullanıcı adı ya da parola yanlış.',
  too_many_attempts: 'Çok fazla deneme yapıldı.',
  too_many: 'Çok hızlı. Biraz bekleyip yeniden deneyin.',
  not_signed_in: 'Giriş yapmadınız.',
  sign_in_ended: 'Oturumunuz sona erdi.',
  forbidden: 'Rolünüz buna izin vermiyor.',
  csrf: 'Bu sayfa eskimiş. Yeniden yükleyin.',
  foreign_origin: 'Bu adres merkezin kendi adresi değil. Konsolu doğru adresinden açın.',
  not_found: 'Yok ya da sizin değil.',
  conflict: 'Başkası daha hızlıydı. Yeniden bakın.',
  offer_over: 'Bu teklif bitti: başkası aldı ya da süresi doldu.',
  at_capacity: 'Bir işe daha yeriniz yok. Önce birini kapatın.',
  interaction_closed: 'Bu görüşme zaten kapandı.',
  work_moved_on: 'Bu iş bu arada ilerledi.',
  not_assigned: 'Bu iş henüz kimsede değil: önce kabul edin.',
  not_wrapping_up: 'Önce görüşmeyi kapatın.',
  no_such_channel: 'Müşteriye şu an bu kanaldan ulaşılamıyor. Not bırakabilirsiniz.',
  no_such_disposition: 'Bu sonuç artık yok. Başka birini seçin.',
  no_such_queue: 'Böyle bir kuyruk yok.',
  note_required: 'Bu sonuç için not gerekli.',
  too_long: 'Metin bu kanal için çok uzun.',
  empty: 'Önce bir şey yazın.',
  key_used_otherwise: 'Bu daha önce başka bir metinle gönderildi.',
  in_progress: 'Zaten gönderiliyor. Biraz bekleyin.',
  invalid: 'Formda bir yanlışlık var.',
  wrong_setup_token: 'Merkezin yazdığı kod bu değil.',
  already_set_up: 'Touchline zaten kurulmuş. Giriş yapın.',
  password_length: 'Parolanın uzunluğu uygun değil.',
  password_common: 'Bu parola çok yaygın. Başka bir parola seçin.',
  unavailable: 'Merkez bunu şu an yapamıyor. Az sonra yeniden deneyin.',
  store_unavailable: 'Veritabanı şu an yanıt vermiyor. Hiçbir şey kaybolmadı; az sonra yeniden deneyin.',
  overloaded: 'Merkez çok yoğun. Az sonra yeniden deneyin.',
  stopping: 'Merkez yeniden başlıyor. Birkaç saniye sonra yeniden deneyin.',
  internal: 'Merkezde bir hata oldu. Kaydedildi; yeniden deneyin.',
  other: 'Olmadı ({code}). {detail}',
};

export default errors;
