/** What a letter of a conversation begins with, and what its writer made of it. */

import { request } from '@/api/http';
import type { LetterPaper, LetterToSend } from '@/generated/api';
import type { MailAddress, WrittenLetter } from '@/generated/views';

/** `quote` chooses the letter that is quoted. Throws Refusal. */
export const letterPaper = (interactionId: string, signal?: AbortSignal) =>
  request<LetterPaper>(`/interactions/${encodeURIComponent(interactionId)}/letter`, { signal });

/** What somebody chose; null and undefined are what the hub proposes. */
export interface Sheet {
  subject: string | null;
  to: readonly MailAddress[] | null;
  cc: readonly MailAddress[];
  bcc: readonly MailAddress[];
  /** The letter beneath; null for none. */
  quote: string | null | undefined;
  signed: boolean;
}

export const blank = (): Sheet => ({ subject: null, to: null, cc: [], bcc: [], quote: undefined, signed: true });

/** As it was kept: what was left to the hub is left to it again. */
export const sheetOf = (letter: Omit<LetterToSend, 'html'> | null): Sheet =>
  letter === null
    ? blank()
    : {
        subject: letter.subject || null,
        to: letter.to?.length ? letter.to.map(named) : null,
        cc: (letter.cc ?? []).map(named),
        bcc: (letter.bcc ?? []).map(named),
        quote: letter.quote ?? null,
        signed: letter.signed ?? true,
      };

const named = ({ address, name = '' }: { readonly address: string; readonly name?: string }): MailAddress => ({ address, name });

type Proposed = Pick<LetterPaper, 'subject' | 'to' | 'quote' | 'quotes' | 'signature'> | null;

export const subjectOf = (sheet: Sheet, paper: Proposed): string => sheet.subject ?? paper?.subject ?? '';
export const toOf = (sheet: Sheet, paper: Proposed): readonly MailAddress[] => sheet.to ?? paper?.to ?? [];
export const quoteOf = (sheet: Sheet, paper: Proposed): string | null => (sheet.quote === undefined ? (paper?.quotes ? paper.quote : null) : sheet.quote);

/** What is kept of it while it is a draft: nothing of what was left to the hub. */
export const draftOf = (sheet: Sheet, html: string, paper: Proposed): WrittenLetter => ({
  subject: sheet.subject ?? '', to: sheet.to ?? [], cc: sheet.cc, bcc: sheet.bcc, html, quote: quoteOf(sheet, paper), signed: sheet.signed,
});

/** What is sent: what its writer saw, whatever the hub would propose a moment later; a signature that did not stand there too. */
export const letterOf = (sheet: Sheet, html: string, paper: Proposed): WrittenLetter => ({
  ...draftOf(sheet, html, paper), subject: subjectOf(sheet, paper), to: toOf(sheet, paper), signed: sheet.signed && paper?.signature !== '',
});

/** Whether somebody wrote or chose anything that would be missed. */
export const saysSomething = (letter: WrittenLetter | null): boolean =>
  letter !== null && Boolean(letter.subject || letter.to.length || letter.cc.length || letter.bcc.length || letter.html);
