/** What the second part of the widget says, in every language it speaks. */

import { moreEn } from "./more.en";
import { moreRu } from "./more.ru";
import { moreTr } from "./more.tr";
import type { Language } from "./texts";

/** Why a file was not taken. */
export type FileTrouble = "too_large" | "bad_type" | "quota" | "too_many" | "network" | "empty";

/** What is wrong with a field. */
export type FieldTrouble = "missing" | "bad_email" | "bad_phone" | "bad_time" | "other";

export interface MoreTexts {
  readonly off: string;
  readonly closed: string;
  readonly closedUntil: (when: string) => string;
  readonly awayTaken: string;
  readonly form: string;
  readonly formSend: string;
  readonly skip: string;
  readonly required: string;
  readonly choose: string;
  readonly trouble: Readonly<Record<FieldTrouble, string>>;
  readonly noConnection: string;
  readonly tryLater: string;
  readonly attach: string;
  readonly drop: string;
  readonly uploading: (name: string, percent: number) => string;
  readonly attached: (name: string) => string;
  readonly cancel: (name: string) => string;
  readonly again: string;
  readonly files: (count: number) => string;
  readonly download: (name: string, size: string) => string;
  readonly notLoaded: string;
  readonly fileTrouble: Readonly<Record<FileTrouble, (limit: string) => string>>;
  readonly rate: string;
  readonly scores: readonly [string, string, string, string, string];
  readonly comment: string;
  readonly rateSend: string;
  readonly thanks: string;
  readonly rated: (word: string) => string;
  readonly change: string;
  readonly late: string;
  readonly call: string;
  readonly callIntro: string;
  readonly phone: string;
  readonly country: string;
  readonly phoneHint: string;
  readonly when: string;
  readonly soon: string;
  readonly later: string;
  readonly time: string;
  readonly reason: string;
  readonly callSend: string;
  readonly back: string;
  readonly promised: (phone: string, when: string | null) => string;
  readonly promisedBefore: string;
  readonly save: string;
  readonly you: string;
}

export const MORE: Readonly<Record<Language, MoreTexts>> = { en: moreEn, ru: moreRu, tr: moreTr };
