/** What the hub says of Telegram and its bots: Russian. */

import type { TelegramTold } from '@/i18n/telegram-told';

export default {
  words: 'Слова Telegram: {quote}',
  unreachable: 'Клиенту больше нельзя написать в Telegram.',
  group_moved: 'Группа стала другой группой.',
  no_chat: 'Это не чат Telegram.',
  refused: 'Telegram не принимает это сообщение.',
  wrong_token: 'Telegram не знает этот токен.',
  no_token: 'Токена нет.',
  other_poller: 'Обновления этого бота забирает другая программа.',
  no_public_url: 'Вебхуку нужен публичный адрес этого узла (http.public_url), а он не задан.',
  no_connection: 'Telegram недоступен.',
  no_answer: 'Telegram не ответил.',
  bad_answer: 'Ответ Telegram нельзя прочитать.',
  too_many: 'Telegram просит подождать.',
  webhook_trouble: 'Telegram не смог доставить написанное клиентами.',
  hub_fault: 'Приём остановился из-за ошибки узла. Смотрите его журнал.',
  wrong_secret_key: 'Токен запечатан другим ключом. Введите его снова.',
  store_unavailable: 'База данных узла не отвечает.',
  account_off: 'Бот выключен.',
  no_account: 'Бота больше нет.',
  account_deleted: 'Бот этого разговора удалён.',
  part_sent: 'Отправлена только часть.',
  empty: 'Отправлять было нечего.',
  files_too_large: 'Файл слишком велик для Telegram.',
  file_gone: 'Одного из файлов больше нет.',
  interrupted: 'Отправка прервалась.',
  gave_up: 'После многих попыток отправка прекращена.',
} satisfies TelegramTold;
