/** The words of writing to a client first: Russian. */

import type { Start } from '@/i18n/start-page';

const words: Start = {
  title: 'Написать: {name}',
  way: 'Как',
  chat_last: 'Чат сайта {site}, последний раз: {when}',
  holder: 'Этот разговор сейчас ведёт {name}.',
  continues: 'Там уже открыт разговор: сообщение попадёт в него, очередь {queue}.',
  continued: 'Разговор уже был открыт ({name}): сообщение попадёт в него.',
  nobody: 'Сейчас написать нельзя: {name}.',
  queue: 'Очередь',
  text: 'Ваше сообщение',
  hint: 'Разговор сразу ваш и занимает место, как любой другой.',
  over: 'лишний {n} символ | лишних {n} символа | лишних {n} символов',
  send: 'Отправить',
};
export default words;
