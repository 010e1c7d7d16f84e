/** What the hub says of Telegram and its bots: Turkish. */

import type { TelegramTold } from '@/i18n/telegram-told';

export default {
  words: 'Telegram’ın sözleri: {quote}',
  unreachable: 'Müşteriye artık Telegram’dan yazılamıyor.',
  group_moved: 'Grup başka bir gruba dönüştü.',
  no_chat: 'Bu bir Telegram sohbeti değil.',
  refused: 'Telegram mesajı kabul etmiyor.',
  wrong_token: 'Telegram bu belirteci tanımıyor.',
  no_token: 'Belirteç yok.',
  other_poller: 'Bu botun güncellemelerini başka bir program alıyor.',
  no_public_url: 'Webhook için bu merkezin genel adresi (http.public_url) gerekir; ayarlanmamış.',
  no_connection: 'Telegram’a ulaşılamıyor.',
  no_answer: 'Telegram’dan yanıt gelmedi.',
  bad_answer: 'Telegram’ın yanıtı okunamıyor.',
  too_many: 'Telegram beklememizi istiyor.',
  webhook_trouble: 'Telegram, müşterilerin yazdıklarını iletemedi.',
  hub_fault: 'Alma, merkezin bir hatası yüzünden durdu. Merkezin günlüğüne bakın.',
  wrong_secret_key: 'Belirteç başka bir anahtarla mühürlenmiş. Yeniden yazın.',
  store_unavailable: 'Merkezin veritabanı yanıt vermiyor.',
  account_off: 'Bot kapalı.',
  no_account: 'Bot artık yok.',
  account_deleted: 'Bu görüşmenin botu silindi.',
  part_sent: 'Yalnızca bir bölümü gönderildi.',
  empty: 'Gönderilecek bir şey yoktu.',
  files_too_large: 'Dosya Telegram için çok büyük.',
  file_gone: 'Dosyalardan biri artık yok.',
  interrupted: 'Gönderme yarıda kaldı.',
  gave_up: 'Birçok denemeden sonra vazgeçildi.',
} satisfies TelegramTold;
