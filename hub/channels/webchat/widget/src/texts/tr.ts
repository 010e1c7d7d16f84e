/** Turkish. A number is followed by the singular, so there is nothing to choose. */

import type { Texts } from "./texts";

export const tr: Texts = {
  chat: "Sohbet",
  open: "Sohbeti aç",
  unread: (count) => `${count} okunmamış mesaj`,
  close: "Sohbeti kapat",
  title: "Bize yazın",
  greeting: "Merhaba!",
  invitation: "Bize yazın, size gerçek bir kişi yanıt verecek.",
  connecting: "Bağlanıyor…",
  lost: "Bağlantı yok. Yazdıklarınız saklanır ve gönderilir.",
  place: (place, wait) => {
    const words =
      wait === "short" ? "bir dakikadan az" : wait === "long" ? "bir saatten fazla" : `yaklaşık ${wait?.minutes} dakika`;
    return (place === 1 ? "Sıradaki kişi sizsiniz" : `Sırada ${place}. kişisiniz`) + (wait ? `, ${words}` : "");
  },
  joined: (name) => `${name} katıldı`,
  left: (name) => `${name} ayrıldı`,
  closed: "Bu görüşme sona erdi",
  again: "Yeni görüşme başlat",
  typing: (name) => (name ? `${name} yazıyor` : "Yazıyor"),
  messages: "Mesajlar",
  newer: "Yeni mesajlar",
  placeholder: "Mesajınızı yazın",
  send: "Gönder",
  sending: "Gönderiliyor…",
  sent: "Gönderildi",
  retry: "Henüz gönderilmedi, yeniden denenecek",
  refused: {
    too_long: "Gönderilmedi: mesaj çok uzun",
    too_many: "Gönderilmedi: çok fazla görüşme. Lütfen daha sonra deneyin",
    other: "Gönderilmedi: lütfen yeniden yazın",
  },
  remaining: (count) => (count < 0 ? `${-count} karakter fazla` : `${count} karakter kaldı`),
  end: "Bitir",
  endAsk: "Görüşme bitirilsin mi?",
  endYes: "Bitir",
  endNo: "Devam et",
};
