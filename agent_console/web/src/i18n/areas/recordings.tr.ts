/** The words of recordings of calls: Turkish. */

import type { RecordingWords } from '@/i18n/recording-page';

const words: RecordingWords = {
  title: 'Kayıtlar',
  one: '{at} tarihli kayıt',
  play: 'Oynat',
  pause: 'Duraklat',
  place: 'Kayıttaki yer',
  place_of: '{now} / {whole}',
  speed: 'Hız',
  times: '{n}×',
  client: 'Müşteri',
  house: 'Biz',
  loading: 'Görüntü yükleniyor',
  paused: 'Kayıt burada duraklatıldı, {at}',
  pauses: 'Kayıt {n} kez duraklatıldı; o sırada söylenenler kaydedilmedi. | Kayıt {n} kez duraklatıldı; o sırada söylenenler kaydedilmedi.',
  runs: 'Çağrı kaydediliyor. Sonra dinlenebilir.',
  not_yours: '{time} süreli bir kayıt var. Rolünüz onu dinleyemez.',
  erased: 'Kayıt silindi, {at}: {why}',
  why: {
    kept_long_enough: 'saklama süresi doldu',
    asked: 'silen: {by}',
  },
  cut: {
    disk_full: 'Kayıt çağrıdan önce bitiyor: disk doluydu.',
    disk_slow: 'Kayıt çağrıdan önce bitiyor: disk yetişemedi.',
    hub_lost: 'Kayıt çağrıdan önce bitiyor: hub kesintiye uğradı.',
    too_long: 'Kayıt çağrıdan önce bitiyor: çok uzamıştı.',
  },
  erase: 'Sil…',
  erase_now: 'Kalıcı olarak sil',
  keep: 'Sakla',
  erase_hint: 'Kimse geri getiremez, dosya yedeğinden bile.',
  problem: {
    damaged: 'Bu kayıt diskte değiştirilmiş ya da bozulmuş. Oynatılmıyor.',
    key: 'Bu kaydın anahtarı yok. Yöneticinin recordings.key dosyasını geri koyması gerekir.',
    erased: 'Bu kayıt bu arada silindi.',
    other: 'Kayıt şimdi oynatılamıyor.',
  },
};

export default words;
