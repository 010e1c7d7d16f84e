import { beforeEach, expect, it, vi } from 'vitest';

import { Drafts, type Shelf } from '@/desks/agent/conversation/drafts';

const { asked } = vi.hoisted(() => ({ asked: { answer: (_page: unknown): void => undefined } }));
vi.mock('@/api/talk', () => ({
  drafts: () => new Promise((resolve) => (asked.answer = resolve)),
  keepDraft: vi.fn(),
}));

const { DraftSync } = await import('@/desks/agent/conversation/draft-sync');

const KEPT = { interaction_id: 'i1', kind: 'reply', version: 3, text: 'It is on its way.', changed_at: '2099-01-01T00:00:00Z', window: 'w' };

function nothing(): Shelf {
  return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined, key: () => null, length: 0 };
}

const came: string[] = [];

function opened() {
  return new DraftSync('i1', new Drafts(nothing(), 'anna'), { replaced: (_kind, draft) => came.push(draft.text), tookOver: () => undefined, kept: () => undefined });
}

beforeEach(() => {
  came.length = 0;
});

it('what the hub has is put into the field', async () => {
  const loading = opened().load();
  asked.answer({ items: [KEPT] });
  await loading;
  expect(came).toEqual(['It is on its way.']);
});

it('what was sent while the hub was asked does not come back', async () => {
  const sync = opened();
  const loading = sync.load();
  sync.sent('reply');
  asked.answer({ items: [KEPT] });
  await loading;
  expect(came).toEqual([]);
});
