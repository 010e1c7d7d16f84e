/** What is said of the floor’s set-up before its pages are opened, and in the closing form: English. */

export default {
  yes: 'Yes',
  no: 'No',
  queues: {
    title: 'Queues',
  },
  matrix: {
    title: 'Skills and staffing',
  },
  hours: {
    title: 'Business hours',
  },
  outcomes: {
    title: 'Outcomes',
  },
  pauses: {
    title: 'Pause reasons',
    unpaid: 'unpaid',
  },
  sites: {
    title: 'Web-chat sites',
  },
  telegram: {
    title: 'Telegram',
  },
  mail: {
    title: 'E-mail',
  },
  closing: {
    answer: 'Answer: {field}',
    no_number: 'This is no number: {field}',
  },
};
