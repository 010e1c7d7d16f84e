/** The words of organizations, which are loaded with their page: Turkish. */

import type { OrganizationWords } from '@/i18n/organization-page';

const words: OrganizationWords = {
  search: 'Ada göre bul',
  none_found: 'Bu adda bir kuruluş yok.',
  none: 'Henüz kuruluş yok. Bir müşterinin kartına kuruluş yazın ya da dosyadan alın.',
  from_file: 'Dosyadan',
  to_file: 'Dosyaya',
  name: 'Ad',
  members: 'Müşteriler',
  back: 'Tüm kuruluşlar',
  clients: 'Müşteriler',
  nobody_yet: 'Henüz müşterisi yok.',
  no_clients: 'Müşterilerinden hiçbirini göremiyorsunuz.',
  about: 'Hakkında',
  note: 'Not',
  no_note: 'Not yok.',
  domain: 'Alan adı',
  domain_hint: 'örneğin acme.com.tr: sitesinin ya da e-posta adreslerinin',
  phone: 'Telefon',
  tags: 'Etiketler',
  edit: 'Düzenle',
  save: 'Kaydet',
  saved: 'Kaydedildi.',
  cases: 'Açık talepler',
  no_cases: 'Açık talep yok.',
  tasks: 'Açık görevler',
  no_tasks: 'Yapılacak bir şey yok.',
  latest: 'Son görüşmeler',
  no_latest: 'Henüz görüşme yok.',
  owner: '{name} ilgileniyor',
  due: 'son gün {day}',
  reach: 'Müşteriler, talepler, görevler ve görüşmeler, görebildiğiniz müşterilerle sınırlıdır.',
};

export default words;
