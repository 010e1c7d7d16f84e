/** What is said of the floor’s set-up before its pages are opened, and in the closing form: Turkish. */

export default {
  yes: 'Evet',
  no: 'Hayır',
  queues: {
    title: 'Kuyruklar',
  },
  matrix: {
    title: 'Beceriler ve kadro',
  },
  hours: {
    title: 'Çalışma saatleri',
  },
  outcomes: {
    title: 'Sonuçlar',
  },
  pauses: {
    title: 'Mola nedenleri',
    unpaid: 'ücretsiz',
  },
  sites: {
    title: 'Sohbet siteleri',
  },
  telegram: {
    title: 'Telegram',
  },
  mail: {
    title: 'E-posta',
  },
  closing: {
    answer: 'Yanıtlayın: {field}',
    no_number: 'Bu bir sayı değil: {field}',
  },
};
