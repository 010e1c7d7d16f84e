/** The words of writing a letter: Turkish. */

import type { ComposeWords } from '@/i18n/compose-words';

const words: ComposeWords = {
  letter: 'Mektup',
  to: 'Kime',
  cc: 'Bilgi',
  bcc: 'Gizli',
  to_all: 'Herkesi yanıtla',
  subject: 'Konu',
  from: 'Gönderen: {address}',
  remove: '{address} adresini çıkar',
  bad_address: '“{words}” bir posta adresi değil. Düzeltin ya da silin.',
  to_missing: 'Mektubun kime gideceğini yazın.',
  subject_missing: 'Mektuba bir konu yazın.',
  elsewhere: 'Yanıtı {address} adresinde istiyorlar. Bu adresin onların olduğunu gösteren bir şey yok.',
  elsewhere_use: 'Oraya yanıtla',
  tools: 'Biçim',
  tool: { bold: 'Kalın', italic: 'İtalik', bullets: 'Liste', numbers: 'Numaralı liste', quote: 'Alıntı', link: 'Bağlantı', plain: 'Biçimi kaldır' },
  link_to: 'Bağlantının adresi',
  link_set: 'Bağlantıyı koy',
  link_none: 'Bağlantıyı kaldır',
  link_bad: 'Bağlantı bir web sayfasına, posta adresine ya da telefona gider.',
  signature: 'İmza',
  signed_first: 'Kuyruğun imzası eklenir.',
  quote: 'Mektuplarını alıntıla',
  quote_show: 'Alıntıyı göster',
  quote_hide: 'Alıntıyı gizle',
  closed: {
    no_session: 'Burada yanıtlanacak bir mektup yok.',
    no_account: 'Bu görüşmenin posta hesabı artık yok. Bir yönetici yeniden ekleyebilir.',
    account_deleted: 'Bu görüşmenin posta hesabı silindi. Bir yönetici yeniden ekleyebilir.',
    account_off: 'Posta hesabı kapalı. Bir yönetici açabilir.',
    no_outgoing_server: 'Posta hesabının gönderme sunucusu yok. Bir yönetici ekleyebilir.',
    other: 'Buradan şimdi mektup gönderilemiyor.',
  },
  refused: {
    bad_address: 'Adreslerden biri posta adresi değil. Düzeltip yeniden gönderin.',
    no_recipient: 'Gönderilecek kimse yok: bir adres ekleyin.',
    subject_required: 'Mektuba bir konu yazıp yeniden gönderin.',
    too_many_recipients: 'Bir mektup en çok 50 adrese gider. Daha azına gönderin.',
    html_too_long: 'Mektup biçimiyle birlikte çok uzun. Kısaltın.',
    html_too_complex: 'Mektubun biçimi çok karmaşık. Sadeleştirin ya da metin olarak gönderin.',
    no_account: 'Posta hesabı artık yok. Bir yönetici yeniden ekleyebilir.',
    no_such_letter: 'Alıntılanacak mektup bu görüşmede değil. Alıntısız gönderin.',
    letter_required: 'Bu mektup biçimli: geri alın, değiştirin ve yeniden gönderin.',
    client_not_addressed: 'Mektup müşteriye gitmiyor. Adresini geri koyun.',
    files_too_large: 'Dosyalar bir mektup için çok büyük. Bir bölümünü çıkarın.',
    our_own_address: 'Bu bizim kendi adresimiz.',
  },
};

export default words;
