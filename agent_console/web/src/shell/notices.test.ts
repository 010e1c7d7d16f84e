import { beforeAll, expect, it } from 'vitest';
import { Refusal } from '@/api/http';
import { learnComposeWords } from '@/i18n/compose-words';
import { wordsOf } from '@/shell/notices';

const refused = (detail: string) => new Refusal({ status: 422, code: 'files_too_large', detail, field: 'attachments', retry_after_s: null });

beforeAll(learnComposeWords);

it('what is too large is said with both figures', () => {
  expect(wordsOf(refused('the files have 6291456 bytes, a letter by this account takes 3505635'))).toBe('The files have 6.3 MB together, a letter takes 3.5 MB here. Take some out.');
});
it('without figures it is said all the same', () => {
  expect(wordsOf(refused('the files are too large'))).toBe('The files are too large for a letter. Take some out.');
});
