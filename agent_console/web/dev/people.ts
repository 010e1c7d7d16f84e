/** Made-up clients and colleagues for the practice hub. */

import type { TimelineEntry } from '../src/generated/api.ts';
import type { ClientCard, MeView, TouchView, Why } from '../src/generated/views.ts';

export const id = (n: number): string => `01930000-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const QUEUES = [
  { id: id(901), name: 'support' },
  { id: id(902), name: 'sales' },
] as const;

export const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

interface Client {
  readonly n: number;
  readonly name: string;
  readonly organization?: string;
  readonly tier?: ClientCard['tier'];
  readonly language: string;
  readonly mail?: string;
  readonly queue: number;
  readonly says: readonly string[];
}

export const CLIENTS: readonly Client[] = [
  { n: 1, name: 'Иван Петров', organization: 'Acme LLC', tier: 'gold', language: 'ru', mail: 'ivan@acme.test', queue: 0, says: ['Здравствуйте! Где мой заказ 118? Я переехал, новый адрес: Тверская 7, кв. 12.', 'Вот ссылка на заказ: https://shop.test/orders/118'] },
  { n: 2, name: 'Olga Sherbakova', organization: 'Northwind Trading', tier: 'silver', language: 'en', mail: 'olga@northwind.test', queue: 0, says: ['Hello, the invoice for October shows two kettles, but I ordered one.'] },
  { n: 3, name: 'Ayşe Yılmaz', language: 'tr', queue: 1, says: ['Merhaba, İzmir’e teslimat yapıyor musunuz?'] },
  { n: 4, name: '', language: 'en', queue: 1, says: ['Do you have the K2 in black?'] },
  { n: 5, name: 'Mehmet Demir', language: 'tr', queue: 0, says: ['Siparişim hâlâ gelmedi.'] },
];

export const TEXTS = {
  greeting: 'Добрый день, Иван! Проверяю заказ 118 и новый адрес.',
  note: 'Moved flat on 12 November; courier knows the new address.',
  promise: 'Курьер приедет завтра с 10 до 14. Подойдёт ли вам это время? Если нет, напишите, и я перенесу доставку на другой день.',
} as const;

export const me = (login: string): MeView => {
  const people: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    anna: ['Anna', ['agent']],
    sofia: ['Sofia', ['supervisor']],
    lena: ['Lena', ['agent', 'supervisor']],
    admin: ['Admin', ['admin']],
  };
  const [name, roles] = people[login] ?? ['Nobody', []];
  return {
    id: id(1), name, login, roles, state: 'available', wish: 'available', pause_reason: '', since: ago(724), load: 0, full: 60, version: 1, phone_ready: true,
  };
};

export const card = (client: Client): ClientCard => ({
  person_id: id(100 + client.n),
  name: client.name,
  organization: client.organization ?? '',
  tier: client.tier ?? 'standard',
  language: client.language,
  first_seen_at: ago(86_400 * 200 * client.n),
  interactions: 7 - client.n,
  last_agent: client.n === 1 ? 'Anna' : '',
  identities: [
    { id: `w${client.n}`, kind: 'webchat', value: `visitor-${client.n}`, display: `visitor ${4710 + client.n}`, confidence: 'known' },
    ...(client.mail ? [{ id: `m${client.n}`, kind: 'email', value: client.mail, display: client.mail, confidence: client.n === 1 ? 'known' : 'maybe' } as const] : []),
  ],
  recent: client.says.toReversed().map((text, n) => ({
    interaction_id: id(200 + client.n), seq: 9 - n, channel: 'webchat', direction: 'inbound', at: ago(30 + n * 60), text, files: [], subject: '',
  })),
  candidates: client.n === 1 ? [{ person_id: id(105), name: 'I. Petrov, Kazan', reason: 'similar_name', sure: 0.3 }] : [],
  about: { page: `https://shop.test/orders/${110 + client.n}`, referrer: 'https://search.test/', language: client.language },
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
});

export const why = (chosen = 'Anna'): Why => ({
  reason: 'last_agent',
  chosen,
  idle_s: 124,
  considered: 7,
  could: 3,
  next_names: ['Boris', 'Cem'],
  excluded: [
    { rule: 'skill', wanted: 'lang:ru ≥ 3', count: 2, names: ['Dilara', 'Fatma'] },
    { rule: 'paused', wanted: '', count: 1, names: ['Egor'] },
    { rule: 'full', wanted: '', count: 1, names: ['Gleb'] },
  ],
  place: 1,
  by: '',
  text: '',
});

export const touch = (interaction: string, seq: number, part: Partial<TouchView> = {}): TouchView => ({
  id: id(5000 + seq + Number(interaction.slice(-4)) * 100),
  interaction_id: interaction,
  seq,
  channel: 'webchat',
  direction: 'inbound',
  kind: 'message',
  at: new Date().toISOString(),
  text: '',
  attachments: [],
  author: '',
  delivery: 'received',
  delivery_detail: '',
  letter: null,
  ...part,
});

export const said = (shown: TouchView, queue: string): TimelineEntry => ({
  at: shown.at, kind: 'touch', interaction_id: shown.interaction_id, seq: shown.seq, channel: shown.channel, queue, touch: shown, agent: shown.author, detail: '', what: '', was: '', now: '', opens: true,
});

export const fact = (interaction: string, seq: number, kind: string, at: string, detail = '', agent = ''): TimelineEntry => ({
  at, kind, interaction_id: interaction, seq, channel: 'webchat', queue: 'support', touch: null, agent, detail, what: '', was: '', now: '', opens: true,
});

/** What passed with a client before today, and since. */
export function history(client: Client, interaction: string): TimelineEntry[] {
  const queue = QUEUES[client.queue]?.name ?? '';
  const old = id(300 + client.n);
  const before = client.n > 2 ? [] : [
    fact(old, 1, 'interaction_opened', ago(86_400 * 5)),
    said(touch(old, 2, { at: ago(86_400 * 5 - 5), text: client.language === 'ru' ? 'Когда привезут чайник?' : 'When will the kettle come?' }), queue),
    fact(old, 3, 'work_assigned', ago(86_400 * 5 - 20), 'accepted', 'Boris'),
    said(touch(old, 4, { at: ago(86_400 * 5 - 80), direction: 'outbound', author: 'Boris', delivery: 'delivered', text: client.language === 'ru' ? 'В пятницу, с 10 до 14.' : 'On Friday, between 10 and 14.' }), queue),
    fact(old, 5, 'interaction_closed', ago(86_400 * 5 - 200), 'solved', 'Boris'),
  ];
  const now: TimelineEntry[] = [
    fact(interaction, 1, 'interaction_opened', ago(190)),
    fact(interaction, 2, 'work_queued', ago(190), 'new'),
    ...client.says.map((text, n) => said(touch(interaction, 3 + n, { at: ago(188 - n * 6), text }), queue)),
  ];
  return [...before, ...now];
}
