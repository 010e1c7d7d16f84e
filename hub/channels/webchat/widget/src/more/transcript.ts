/** The conversation as a text file that the visitor keeps. */

import type { Chat } from "../chat";
import type { MoreTexts } from "../texts/more";
import type { Texts } from "../texts/texts";

/** One line a message, with its time; what the visitor never got through to the hub is left out. */
export function transcript(chat: Chat, texts: Texts, more: MoreTexts, lang: string): string {
  const time = new Intl.DateTimeFormat(lang, { dateStyle: "short", timeStyle: "short" });
  const lines = chat.lines.flatMap((line) => {
    const at = `[${time.format(line.at)}]`;
    if (!("state" in line)) {
      return [`${at} ${line.kind === "closed" ? texts.closed : texts[line.kind](line.name)}`];
    }
    if (line.state !== "sent") {
      return [];
    }
    const who = line.kind === "visitor" ? more.you : line.name || chat.title;
    const files = (line.files ?? []).map(({ name }) => `(${name})`);
    return [`${at} ${who}: ${[line.text, ...files].filter(Boolean).join(" ")}`];
  });
  return `${[chat.title || texts.title, "", ...lines].join("\n")}\n`;
}

/** Let the browser keep `blob` under `name`. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
