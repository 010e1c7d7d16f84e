/** What the widget says, in every language it speaks. */

import type { Refusal } from "../chat";
import { en } from "./en";
import { ru } from "./ru";
import { tr } from "./tr";

export const LANGUAGES = ["en", "ru", "tr"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The wait until somebody answers, in the words of `Texts`: under a minute, some minutes, or over an hour. */
export type Wait = { readonly minutes: number } | "short" | "long";

export interface Texts {
  /** The region of the page, for screen readers. */
  readonly chat: string;
  readonly open: string;
  readonly unread: (count: number) => string;
  readonly close: string;
  readonly title: string;
  readonly greeting: string;
  readonly invitation: string;
  readonly connecting: string;
  readonly lost: string;
  /** `place` 1 is next; `wait` is null when nobody can tell. */
  readonly place: (place: number, wait: Wait | null) => string;
  readonly joined: (name: string) => string;
  readonly left: (name: string) => string;
  readonly closed: string;
  readonly again: string;
  readonly typing: (name: string) => string;
  readonly messages: string;
  readonly newer: string;
  readonly placeholder: string;
  readonly send: string;
  readonly sending: string;
  readonly sent: string;
  readonly retry: string;
  readonly refused: Readonly<Record<Refusal, string>>;
  /** How many characters are left; a negative number is too many. */
  readonly remaining: (count: number) => string;
  readonly end: string;
  readonly endAsk: string;
  readonly endYes: string;
  readonly endNo: string;
}

export const TEXTS: Readonly<Record<Language, Texts>> = { en, ru, tr };
