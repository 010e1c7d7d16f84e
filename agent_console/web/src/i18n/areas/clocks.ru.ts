/** The words of what is due to clients in writing: Russian. */

import type { Clocks } from '@/i18n/clock-words';

const words: Clocks = {
  returns: 'вернётся в очередь через {time}',
  answer: 'ответить в течение {time}',
  resolution: 'закрыть в течение {time}',
  late: 'ответ опаздывает на {time}',
  late_resolution: 'закрыть следовало {time} назад',
  short: 'срок {time}',
  short_late: 'просрочено {time}',
  short_returns: 'уйдёт {time}',
  title: 'Сроки',
  warning: 'Ответьте: {name}. Иначе обращение вернётся в очередь.',
};

export default words;
