/** API anahtarları ve webhook sayfalarındaki kodların anlamı. Türkçe. */

import type { AccessCodes } from '@/i18n/access-codes';

const words: AccessCodes = {
  permission: {
    read_interaction: 'Yazışmaları okur',
    reply: 'Müşterilere yanıt verir',
    write_note: 'Not yazar',
    close_interaction: 'Görüşmeleri kapatır',
    transfer: 'Görüşmeleri aktarır',
    read_person: 'Müşteri kartlarını okur',
    find_person: 'Müşteri arar',
    edit_person: 'Müşteri kartlarını değiştirir',
    work_tasks: 'Görev ve dosyaları yürütür',
    read_queues: 'Kuyrukları ve bekleyenleri okur',
    read_agents: 'Temsilcileri ve durumlarını okur',
    read_wallboard: 'Salon tablosunu okur',
    read_reports: 'Raporları okur',
    read_audit: 'Denetim kaydını okur',
    read_log: 'Görüşme kaydını okur',
    export: 'Kaydı dışa aktarır',
    listen_recording: 'Çağrı kayıtlarını dinler',
    import_persons: 'Müşterileri dosyadan aktarır',
    export_persons: 'Müşterileri dosyaya aktarır',
    supervise: 'Salonu yönetir: işi taşır, durum değiştirir',
    configure: 'Ayarları değiştirir: kuyruklar, saatler, siteler',
    read_knowledge: 'Yanıt, makro ve yazıları okur',
    write_knowledge: 'Yanıt, makro ve yazı yazar',
  },
  event: {
    interaction_opened: 'Görüşme başladı',
    interaction_closed: 'Görüşme kapatıldı',
    touch_received: 'Müşteri yazdı',
    touch_written: 'Biz yazdık',
    reply_delivery_changed: 'Yanıt ulaştı, okundu ya da ulaşmadı',
    work_changed: 'İşin durumu, kuyruğu ya da temsilcisi değişti',
    work_offered: 'İş bir temsilciye önerildi',
    work_offer_ended: 'Öneri kabul edildi, reddedildi ya da kaçırıldı',
  },
  key_missing: 'Şunlar sizin rollerinizde yok, bu yüzden sizin anahtarınızda da olamaz: {permissions}.',
  key_missing_who: 'Böyle bir anahtarı, gereken rolü de olan bir yönetici yapabilir: bütün kurumun panosu, raporları ve günlüğü için müdür; kendi kuyruklarınınkiler, yanıtlamak ve iş taşımak için takım lideri. Roller “Kullanıcılar” bölümünde verilir.',
  require_hint: 'Bu rollerden birine sahip olan onu kurmadan başka hiçbir şey açılmaz.',
  factor_hint: 'Açıkken parolanın yanında telefonunuzdaki bir uygulamanın kodu da sorulur.',
  url_hint: 'Her olay oraya https üzerinden imzalı bir POST olarak gönderilir. Kabul edilmezse bir gün boyunca yeniden denenir.',
  events_hint: 'Yalnız bunlar gönderilir. Adlar, diğer programın okuduğu adlardır.',
};
export default words;
