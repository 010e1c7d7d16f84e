/** What is said over a conversation that nobody can answer now. */

import type { Chat } from "../chat";
import type { MoreTexts } from "../texts/more";
import type { Told } from "../visit";
import { moment } from "./words";

/** There is no chat on this page any more: the hub has said so, and has not greeted since. */
export function isOff(chat: Chat, told: Told): boolean {
  return chat.link !== "live" && (told as { code?: string }).code === "site_off";
}

/**
 * That the line is closed, until when, and what becomes of a message; empty while it is open, while an agent has the
 * conversation, and once the house has answered with its own words for it: nobody is told the same thing twice.
 */
export function closedWords(chat: Chat, told: Told, texts: MoreTexts, lang: string, now: number): string {
  if (!told.closed || chat.agent || isAnswered(chat)) {
    return "";
  }
  const opens = told.opens_at ? Date.parse(told.opens_at) : NaN;
  return `${opens > 0 ? texts.closedUntil(moment(lang, opens, now)) : texts.closed} ${told.site?.away || texts.awayTaken}`;
}

/** The newest word of the house in the open conversation has no name: a program wrote it. */
function isAnswered({ open, lines }: Chat): boolean {
  const newest = lines.filter(({ kind }) => kind === "agent").at(-1);
  return open && newest?.name === "";
}
