/** What is said of the floor’s set-up before its pages are opened, and in the closing form: Russian. */

export default {
  yes: 'Да',
  no: 'Нет',
  queues: {
    title: 'Очереди',
  },
  matrix: {
    title: 'Навыки и состав',
  },
  hours: {
    title: 'Часы работы',
  },
  outcomes: {
    title: 'Итоги',
  },
  pauses: {
    title: 'Причины пауз',
    unpaid: 'не оплачивается',
  },
  sites: {
    title: 'Сайты с чатом',
  },
  telegram: {
    title: 'Telegram',
  },
  mail: {
    title: 'Электронная почта',
  },
  closing: {
    answer: 'Ответьте: {field}',
    no_number: 'Это не число: {field}',
  },
};
