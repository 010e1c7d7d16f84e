/** English. */

import { plural } from "./plural";
import type { Texts } from "./texts";

export const en: Texts = {
  chat: "Chat",
  open: "Open chat",
  unread: (count) => plural("en", count, { one: `${count} unread message`, other: `${count} unread messages` }),
  close: "Close chat",
  title: "Chat with us",
  greeting: "Hello!",
  invitation: "Write to us. A person will answer you here.",
  connecting: "Connecting…",
  lost: "No connection. What you write is kept and will be sent.",
  place: (place, wait) => {
    const ordinal = place + plural("en", place, { one: "st", two: "nd", few: "rd", other: "th" }, "ordinal");
    const words = wait === "short" ? "less than a minute" : wait === "long" ? "over an hour" : `about ${wait?.minutes} min`;
    return (place === 1 ? "You are next" : `You are ${ordinal} in line`) + (wait ? `, ${words}` : "");
  },
  joined: (name) => `${name} has joined`,
  left: (name) => `${name} has left`,
  closed: "This conversation has ended",
  again: "New conversation",
  typing: (name) => (name ? `${name} is typing` : "Typing"),
  messages: "Messages",
  newer: "New messages",
  placeholder: "Write a message",
  send: "Send",
  sending: "Sending…",
  sent: "Sent",
  retry: "Not sent yet, will retry",
  refused: {
    too_long: "Not sent: the message is too long",
    too_many: "Not sent: too many conversations. Please try later",
    other: "Not sent: please write it again",
  },
  remaining: (count) =>
    count < 0
      ? plural("en", -count, { one: `${-count} character too many`, other: `${-count} characters too many` })
      : plural("en", count, { one: `${count} character left`, other: `${count} characters left` }),
  end: "End",
  endAsk: "End this conversation?",
  endYes: "End it",
  endNo: "Keep talking",
};
