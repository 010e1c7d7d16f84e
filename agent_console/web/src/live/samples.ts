/** Small complete values for tests; each takes what the test is about. */

import type { CallView, ClientCard, DeskView, MeView, OfferView, TouchView, WorkView } from '@/generated/views';

export const AT = '2026-11-14T09:00:00Z';

/** `seconds` after AT. */
export const after = (seconds: number): string => new Date(Date.parse(AT) + seconds * 1000).toISOString();

export const me = (part: Partial<MeView> = {}): MeView => ({
  id: 'anna',
  name: 'Anna',
  login: 'anna',
  roles: ['agent'],
  state: 'available',
  wish: 'available',
  pause_reason: '',
  since: AT,
  load: 0,
  full: 60,
  version: 1,
  phone_ready: true,
  ...part,
});

export const card = (part: Partial<ClientCard> = {}): ClientCard => ({
  person_id: 'ivan',
  name: 'Ivan Petrov',
  organization: '',
  tier: 'standard',
  language: 'ru',
  first_seen_at: AT,
  interactions: 1,
  last_agent: '',
  identities: [],
  recent: [],
  candidates: [],
  about: {},
  version: 1,
  organization_id: null,
  tags: [],
  fields: {},
  consents: [],
  cases: [],
  open_cases: 0,
  tasks: [],
  open_tasks: 0,
  merges: [],
  ...part,
});

export const offer = (part: Partial<OfferView> = {}): OfferView => ({
  reservation_id: 'r1',
  work_item: { id: 'w1', interaction_id: 'i1', queue: 'support', channel: 'webchat', language: 'ru', waited_s: 1, call_back: '' },
  offered_at: AT,
  expires_at: after(20),
  card: card(),
  why: {
    reason: 'only_one',
    chosen: 'Anna',
    idle_s: 3,
    considered: 1,
    could: 1,
    next_names: [],
    excluded: [],
    place: 1,
    text: '',
    by: '',
  },
  latency_ms: 4,
  ...part,
});

export const work = (part: Partial<WorkView> = {}): WorkView => ({
  work_item_id: 'w1',
  interaction_id: 'i1',
  person: { id: 'ivan', name: 'Ivan Petrov' },
  queue: { id: 'q1', name: 'support' },
  channel: 'webchat',
  language: 'ru',
  state: 'assigned',
  state_at: AT,
  first_queued_at: AT,
  ends_at: null,
  last_touch: null,
  unanswered_since: null,
  unread: 0,
  clocks: null,
  version: 3,
  ...part,
});

export const touch = (part: Partial<TouchView> = {}): TouchView => ({
  id: `t${part.seq ?? 1}`,
  interaction_id: 'i1',
  seq: 1,
  channel: 'webchat',
  direction: 'inbound',
  kind: 'message',
  at: AT,
  text: 'Where is my order?',
  attachments: [],
  author: '',
  delivery: 'received',
  delivery_detail: '',
  letter: null,
  ...part,
});

export const call = (part: Partial<CallView> = {}): CallView => ({
  id: 'c1',
  interaction_id: 'i1',
  person: { id: 'ivan', name: 'Ivan Petrov' },
  queue: { id: 'support', name: 'support' },
  direction: 'inbound',
  number: '+79161234567',
  dialled: 'support',
  stage: 'talking',
  started_at: AT,
  answered_at: AT,
  held_since: null,
  ended_at: null,
  end: null,
  recording: 'off',
  third: '',
  third_stage: null,
  agent: { id: 'anna', name: 'Anna' },
  work_item_id: 'w1',
  version: 1,
  ...part,
});

export const deskView = (part: Partial<DeskView> = {}): DeskView => ({
  me: me(),
  queues: [],
  offers: [],
  work: [],
  waiting: [],
  dispositions: [],
  pause_reasons: [],
  planned: [],
  mentions: [],
  snoozed: [],
  tasks: [],
  calls: [],
  pauses: [],
  notices: [],
  consults: [],
  server_time: AT,
  ...part,
});
