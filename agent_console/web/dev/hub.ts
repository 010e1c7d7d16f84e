/** A practice hub for working on the console: the same frames and routes as the real one, made-up people, no store. */

import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Connect, Plugin } from 'vite';
import { WebSocketServer } from 'ws';
import type { AuditPage, Explained, InteractionView, PersonView, Wallboard } from '../src/generated/api.ts';
import { ago, card, CLIENTS, id, QUEUES, why } from './people.ts';
import { answered } from './sip.ts';
import { World } from './world.ts';

/** The headers of the real hub: what they forbid is to be noticed here. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws://127.0.0.1:4173; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const world = new World();
world.reset();

class Problem extends Error {
  constructor(readonly status: number, readonly code: string, readonly retry_after_s: number | null = null) {
    super(code);
  }
}

type Body = Readonly<Record<string, string>>;
type Route = readonly [method: string, path: RegExp, answer: (found: readonly string[], body: Body, query: URLSearchParams) => unknown];

const personOf = (n: number): PersonView => {
  const client = CLIENTS[n - 1];
  if (!client) throw new Problem(404, 'not_found');
  const shown = card(client);
  return { id: shown.person_id, name: shown.name, organization: shown.organization, tier: shown.tier, language: shown.language, identities: shown.identities.map((i) => i.display), addresses: shown.identities };
};
const clientOf = (ref: string) => {
  const client = CLIENTS[(Number(ref.slice(-4)) % 100) - 1];
  if (!client) throw new Problem(404, 'not_found');
  return client;
};

function interactionOf(ref: string): InteractionView {
  const client = clientOf(ref);
  const row = world.work.find((w) => w.interaction_id === ref);
  return {
    id: ref, person: { id: id(100 + client.n), name: client.name }, queue: QUEUES[client.queue] ?? QUEUES[0], channel: 'webchat', language: client.language,
    state: row?.state === 'assigned' ? 'open' : 'closed', opened_at: ago(190), closed_at: null, agent: { id: id(1), name: 'Anna' }, work_item_id: row?.work_item_id ?? null,
    work_state: row?.state ?? null, disposition: null, last_seq: 9, last_text: '', reply_channels: row?.state === 'assigned' ? ['webchat'] : [],
  };
}

function explained(ref: string): Explained {
  const offer = (n: number, agent: string, state: 'expired' | 'accepted', at: number) =>
    ({ id: id(6000 + n), work_item_id: id(700), agent, state, offered_at: ago(at), answered_at: ago(at - 4), reason: '', why: why(agent) }) as const;
  const first = ref.endsWith('1') ? [offer(1, 'Boris', 'expired', 60)] : [];
  return { reservations: [...first, offer(2, 'Anna', 'accepted', 40)], segments: [] };
}

function wallboard(): Wallboard {
  const people = [
    ['Anna', 'engaged', 192, 40], ['Boris', 'available', 8, 0], ['Cem', 'wrap_up', 21, 20], ['Dilara', 'engaged', 465, 60], ['Egor', 'paused', 842, 0],
    ['Fatma', 'engaged', 70, 60], ['Gleb', 'reserved', 4, 20], ['Hakan', 'offline', 9_300, 0],
  ] as const;
  return {
    queues: world.queues().map((q, n) => ({ ...q, offered: n ? 81 : 214, answered: n ? 66 : 205, abandoned: n ? 6 : 4, service_level: n ? 0.62 : 0.91, asa_s: n ? 39 : 11, aht_s: n ? 365 : 260 })),
    agents: people.map(([name, state, seconds, load], n) => ({ id: id(400 + n), name, state, pause_reason: state === 'paused' ? 'lunch' : '', since: ago(seconds), load, full: 60, queues: ['support'] })),
    pop_ms_p50: 3.1, pop_ms_p95: 11.8, pop_ms_p99: 37.6, at: new Date().toISOString(),
  };
}

function audit(): AuditPage {
  const rows = [['Anna', 'sign_in', 'done', ''], ['', 'sign_in', 'failed', 'wrong_password'], ['Sofia', 'request', 'denied', 'forbidden'], ['Admin', 'add_user', 'done', ''], ['Admin', 'set_up', 'done', '']] as const;
  return {
    items: rows.map(([actor, action, result, reason], n) => ({ id: 90 - n, at: ago(400 * n + 9), actor, action, object: action === 'request' ? 'list_audit' : id(20 + n), object_name: '', result, reason, address: '127.0.0.1' })),
    next: null, chain_ok: true, chain_checked_at: '2026-03-02T09:00:00Z',
  };
}

const ROUTES: readonly Route[] = [
  ['GET', /^\/setup$/, () => ({ needed: world.needsSetUp })],
  ['POST', /^\/setup$/, () => ((world.needsSetUp = false), signedIn('admin'))],
  ['GET', /^\/session$/, () => signedIn(world.login)],
  ['POST', /^\/session$/, (_, body) => signIn(body)],
  ['DELETE', /^\/session$/, () => void (world.login = null)],
  ['POST', /^\/agents\/me\/state$/, (_, body) => (world.wish(body['state'] ?? '', body['reason'] ?? ''), world.me)],
  ['POST', /^\/reservations\/(.+)\/accept$/, ([ref = '']) => { if (!world.accept(ref)) throw new Problem(409, 'offer_over'); return {}; }],
  ['POST', /^\/reservations\/(.+)\/decline$/, ([ref = '']) => (world.end(ref, 'declined', ''), { ok: true })],
  ['POST', /^\/work\/(.+)\/complete$/, ([ref = '']) => (world.remove(ref, 'done'), { ok: true })],
  ['GET', /^\/interactions\/([^/]+)$/, ([ref = '']) => interactionOf(ref)],
  ['GET', /^\/interactions\/([^/]+)\/card$/, ([ref = '']) => ({ card: card(clientOf(ref)) })],
  ['GET', /^\/interactions\/([^/]+)\/why$/, ([ref = '']) => explained(ref)],
  ['POST', /^\/interactions\/([^/]+)\/touches$/, ([ref = ''], body) => { if (/refuse/.test(body['text'] ?? '')) throw new Problem(503, 'unavailable', 2); return world.reply(ref, body['text'] ?? ''); }],
  ['POST', /^\/interactions\/([^/]+)\/notes$/, ([ref = ''], body) => world.add(ref, { direction: 'internal', kind: 'note', author: world.me.name, text: body['text'] ?? '' })],
  ['POST', /^\/interactions\/([^/]+)\/close$/, ([ref = '']) => (world.close(ref), interactionOf(ref))],
  ['POST', /^\/interactions\/([^/]+)\/transfer$/, ([ref = '']) => (world.remove(id(500 + Number(ref.slice(-4))), 'transferred'), { ok: true })],
  ['POST', /^\/interactions\/([^/]+)\/read$/, () => ({ ok: true })],
  ['GET', /^\/persons$/, (_, __, query) => {
    const q = (query.get('q') ?? '').toLowerCase();
    const found = CLIENTS.map((c) => personOf(c.n)).filter((p) => [p.name, p.organization, ...p.identities].some((t) => t.toLowerCase().includes(q)));
    return { items: found, next: null };
  }],
  ['GET', /^\/persons\/([^/]+)$/, ([ref = '']) => personOf(Number(ref.slice(-4)) % 100)],
  ['GET', /^\/persons\/([^/]+)\/timeline$/, ([ref = '']) => ({ items: (world.histories.get(ref) ?? []).toReversed(), next: null })],
  ['GET', /^\/agents\/me\/phone$/, () => world.phone],
  ['PUT', /^\/agents\/me\/phone$/, (_, body) => (world.phone = { ...world.phone, ...body })],
  ['POST', /^\/agents\/me\/phone\/credentials$/, () => ({ username: 'anna', password: 'practice', realm: 'practice', ws_path: '/ws/sip', uri: 'sip:anna@practice.invalid', expires_at: new Date(Date.now() + 3_600_000).toISOString() })],
  ['POST', /^\/agents\/me\/phone-account$/, () => ((world.phone = { ...world.phone, account: 'anna-desk' }), { username: 'anna-desk', password: 'hN4-vQ8e-2kTz-x9Lm', realm: 'practice', uri: 'sip:anna-desk@127.0.0.1:5060' })],
  ['POST', /^\/calls$/, () => (world.call(1, { direction: 'outbound', stage: 'ringing', answered_at: null, started_at: new Date().toISOString() }), world.calls.at(-1))],
  ['POST', /^\/calls\/([^/]+)\/([^/]+)$/, ([ref = '', verb = ''], body) => world.does(ref, verb, body) ?? { ok: true }],
  ['GET', /^\/handing\/agents$/, () => ({ items: ['Boris', 'Cem Öztürk', 'Dilara', 'Egor'].map((name, n) => ({ id: id(401 + n), name, state: ['available', 'engaged', 'available', 'paused'][n], pause_reason: n === 3 ? 'lunch' : '', is_there: true, is_free: n !== 1 && n !== 3, queues: [id(901)] })), next: null })],
  ['GET', /^\/queues$/, () => ({ items: QUEUES.map((q) => ({ ...q, languages: ['en', 'ru', 'tr'], service_level_share: 0.8, service_level_s: 20, offer_s: 20, wrap_up_s: 30, waiting: 3 })), next: null })],
  ['GET', /^\/wallboard$/, wallboard],
  ['GET', /^\/audit$/, audit],
  // what happens on a floor, made to happen
  ['POST', /^\/practice\/reset$/, (_, body) => { world.login = body['login'] || null; world.needsSetUp = body['setup'] === 'yes'; world.failures = 0; world.seq += 50; world.reset(); return {}; }],
  ['POST', /^\/practice\/busy$/, () => (world.busyDay(), {})],
  ['POST', /^\/practice\/offer$/, (_, body) => (world.offer(Number(body['n'] ?? 5), Number(body['seconds'] ?? 20), body['channel']), {})],
  ['POST', /^\/practice\/says$/, (_, body) => world.add(id(200 + Number(body['n'] ?? 1)), { text: body['text'] ?? '' })],
  ['POST', /^\/practice\/types$/, (_, body) => (world.tell({ kind: 'typing', interaction_id: id(200 + Number(body['n'] ?? 1)), by_client: true, name: '', typing: true }), {})],
  ['POST', /^\/practice\/pause$/, () => (world.become('paused', { wish: 'paused', pause_reason: 'missed_offers' }), {})],
  ['POST', /^\/practice\/call$/, (_, body) => (world.call(Number(body['n'] ?? 1), body as never), {})],
  ['POST', /^\/practice\/silent$/, (_, body) => ((world.isStuck = body['on'] !== 'no'), {})],
];

function signedIn(login: string | null): unknown {
  if (login === null) throw new Problem(401, 'not_signed_in');
  world.login = login;
  if (world.me.login !== login) world.reset();
  return { user: world.me, csrf: 'practice' };
}

function signIn(body: Body): unknown {
  if (body['password'] === 'practice') return signedIn(body['login'] ?? '');
  world.failures += 1;
  throw world.failures > 2 ? new Problem(429, 'too_many_attempts', 12) : new Problem(401, 'wrong_login_or_password');
}

async function answer(request: IncomingMessage, response: ServerResponse, next: Connect.NextFunction): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://practice');
  if (!url.pathname.startsWith('/api/v1/')) return next();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = chunks.length ? (JSON.parse(Buffer.concat(chunks).toString()) as Body) : {};
  const path = url.pathname.slice('/api/v1'.length);
  const route = ROUTES.find(([method, shape]) => method === request.method && shape.test(path));
  try {
    if (!route) throw new Problem(404, 'no_such_path');
    const made = route[2](route[1].exec(path)?.slice(1) ?? [], body, url.searchParams);
    response.writeHead(made === undefined ? 204 : 200, { 'Content-Type': 'application/json' }).end(made === undefined ? '' : JSON.stringify(made));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, code, retry_after_s } = error;
    response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify({ type: 'about:blank', title: code, status, code, detail: '', field: null, retry_after_s }));
  }
}

function listen(server: Pick<Server, 'on'> | null): void {
  const sockets = new WebSocketServer({ noServer: true });
  const phones = new WebSocketServer({ noServer: true, handleProtocols: () => 'sip' });
  phones.on('connection', (ws) => ws.on('message', (data: Buffer) => void ((reply) => reply && ws.send(reply))(answered(data.toString()))));
  server?.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url === '/ws/sip') return phones.handleUpgrade(request, socket, head, (ws) => void phones.emit('connection', ws));
    if (request.url !== '/ws/agent') return;
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const say = (text: string) => ws.send(text);
      const ticking = setInterval(() => world.isStuck || say(world.tick()), 5000);
      ws.on('message', (data: Buffer) => {
        const command = JSON.parse(data.toString()) as { kind: string; last_seq?: number | null; stream?: string };
        if (world.isStuck) return;
        if (command.kind === 'hello') {
          world.hello(command.last_seq ?? null, command.stream ?? '').forEach(say);
          world.readers.add(say);
        }
        if (command.kind === 'ping') say(world.tick());
      });
      ws.on('close', () => {
        clearInterval(ticking);
        world.readers.delete(say);
      });
    });
  });
}

/** Answers the API and the agent socket in `vite` and `vite preview`. */
export const practiceHub = (): Plugin => ({
  name: 'practice-hub',
  apply: (_, { command, isPreview }) => command === 'serve' || isPreview === true,
  configureServer(vite) {
    vite.middlewares.use((request, response, next) => void answer(request, response, next));
    listen(vite.httpServer as Server | null);
  },
  configurePreviewServer(vite) {
    vite.middlewares.use((request, response, next) => {
      response.setHeader('Content-Security-Policy', POLICY);
      // the real hub marks the page of somebody who is signed in
      if (world.login !== null && request.headers.accept?.includes('text/html')) {
        const page = readFileSync(join(vite.config.build.outDir, 'index.html'), 'utf8');
        return void response.setHeader('Content-Type', 'text/html').end(page.replace('<html', '<html data-session'));
      }
      void answer(request, response, next);
    });
    listen(vite.httpServer as Server);
  },
});
