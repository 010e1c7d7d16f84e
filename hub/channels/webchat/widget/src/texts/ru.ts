/** Russian. */

import { plural } from "./plural";
import type { Texts } from "./texts";

export const ru: Texts = {
  chat: "Чат",
  open: "Открыть чат",
  unread: (count) =>
    `${count} ${plural("ru", count, {
      one: "непрочитанное сообщение",
      few: "непрочитанных сообщения",
      other: "непрочитанных сообщений",
    })}`,
  close: "Закрыть чат",
  title: "Напишите нам",
  greeting: "Здравствуйте!",
  invitation: "Напишите нам. Вам ответит живой человек.",
  connecting: "Соединяем…",
  lost: "Нет связи. Всё написанное сохранится и будет отправлено.",
  place: (place, wait) => {
    const words =
      wait === "short"
        ? "меньше минуты"
        : wait === "long"
          ? "больше часа"
          : `около ${wait?.minutes} ${plural("ru", wait?.minutes ?? 0, { one: "минуты", other: "минут" })}`;
    return (place === 1 ? "Вы следующий в очереди" : `Вы ${place}-й в очереди`) + (wait ? `, ждать ${words}` : "");
  },
  joined: (name) => `${name} на связи`,
  left: (name) => `${name} больше не на связи`,
  closed: "Разговор завершён",
  again: "Новый разговор",
  typing: (name) => (name ? `${name} печатает` : "Печатает"),
  messages: "Сообщения",
  newer: "Новые сообщения",
  placeholder: "Напишите сообщение",
  send: "Отправить",
  sending: "Отправляем…",
  sent: "Отправлено",
  retry: "Ещё не отправлено, повторим",
  refused: {
    too_long: "Не отправлено: слишком длинное сообщение",
    too_many: "Не отправлено: слишком много обращений. Попробуйте позже",
    other: "Не отправлено: напишите ещё раз",
  },
  remaining: (count) => {
    const characters = plural("ru", Math.abs(count), { one: "символ", few: "символа", other: "символов" });
    return count < 0 ? `Лишнее: ${-count} ${characters}` : `Осталось: ${count} ${characters}`;
  },
  end: "Завершить",
  endAsk: "Завершить разговор?",
  endYes: "Завершить",
  endNo: "Продолжить",
};
