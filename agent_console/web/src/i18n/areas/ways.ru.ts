/** The words of choosing the channel of a reply: Russian. */

import type { WayWords } from '@/i18n/way-words';

const words: WayWords = {
  by: 'Ответить через',
  elsewhere: 'Продолжить с клиентом в',
  closed: '{way}: {why}',
  chars: 'до {n} знаков',
  files: 'файлы до {size}',
  no_files: 'без файлов',
  away: 'Страница клиента закрыта: он увидит ответ, когда вернётся.',
  until: 'Здесь можно ответить до {time}.',
  heard: 'писал {time}',
  other: 'Отправить через',
  other_hint: 'Текст вернётся в поле для этого канала. Пока ничего не отправляется.',
  refused: {
    account_off: 'Бот выключен.',
    reply_window_over: 'Сначала клиент должен снова написать сюда: этот канал принимает ответы только сутки после его последнего сообщения.',
    open_elsewhere: 'Этот разговор уже открыт в другой работе.',
  },
};

export default words;
