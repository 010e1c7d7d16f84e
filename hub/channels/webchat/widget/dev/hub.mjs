/**
 * A hub of one process and no memory but its own: enough of `/ws/chat` to look at the widget and to test it in a
 * browser. `npm run dev` serves the demo page with it, and an agent who answers everything.
 */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";

const WEBCHAT = fileURLToPath(new URL("../../", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript" };

/** @typedef {{ seq: number, from: "visitor" | "agent", text: string, at: string, name: string, client_msg_id: string }} HistoryLine */
/** @typedef {{ token: string, lines: HistoryLine[], open: boolean, agent: string, sockets: Set<import("ws").WebSocket> }} Session */

/** The hub: what visitors have told it, and what a test or a person can make it do. */
export class Hub {
  /** @type {Map<string, Session>} */
  sessions = new Map();
  /** Every frame that came in, in order. @type {any[]} */
  heard = [];
  /** Pages served besides the demo: path to body and headers. @type {Map<string, { body: string, headers: Record<string, string> }>} */
  pages = new Map();
  /** Answers to use instead of an ack, each once. @type {object[]} */
  answers = [];
  /** Called after a message was stored. @type {(session: Session) => void} */
  onMessage = () => undefined;
  title = "Support";
  port = 0;
  #http = createServer((request, response) => void this.#serve(request, response));
  #sockets = new WebSocketServer({ noServer: true, maxPayload: 65536 });

  constructor() {
    this.#http.on("upgrade", (request, socket, head) =>
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#talk(opened)),
    );
  }

  /** Listen on loopback; port 0 takes a free one, which is kept over a restart. */
  async start(port = this.port) {
    this.#http.listen(port, "127.0.0.1");
    await once(this.#http, "listening");
    const address = this.#http.address();
    this.port = typeof address === "object" && address ? address.port : port;
    return `http://127.0.0.1:${this.port}`;
  }

  /** Cut every connection and stop listening. What was stored stays. */
  async stop() {
    for (const client of this.#sockets.clients) {
      client.terminate();
    }
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  /** The session that spoke last. */
  get session() {
    const newest = [...this.sessions.values()].at(-1);
    if (!newest) {
      throw new Error("no visitor has connected yet");
    }
    return newest;
  }

  /** How many sockets visitors have open. */
  get connections() {
    return this.#sockets.clients.size;
  }

  /** Send `frame` to every page of the newest session. @param {object} frame */
  tell(frame, session = this.session) {
    for (const socket of session.sockets) {
      socket.send(JSON.stringify(frame));
    }
  }

  /** An agent takes the conversation; an empty name gives it back. @param {string} name */
  join(name, session = this.session) {
    session.agent = name;
    this.tell({ t: "position", place: 0, ewt_s: null }, session);
    this.tell({ t: "agent", name }, session);
  }

  /** The agent writes. @param {string} text */
  say(text, session = this.session) {
    const line = this.#add(session, { from: "agent", text, name: session.agent, client_msg_id: "" });
    this.tell({ t: "message", seq: line.seq, text, at: line.at, name: session.agent }, session);
  }

  close(session = this.session) {
    session.open = false;
    session.agent = "";
    this.tell({ t: "closed", at: new Date().toISOString() }, session);
  }

  /** @param {import("ws").WebSocket} socket */
  #talk(socket) {
    /** @type {Session | null} */
    let session = null;
    socket.on("close", () => session?.sockets.delete(socket));
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      this.heard.push(frame);
      if (frame.t === "hello") {
        session = this.#greet(socket, frame);
      } else if (!session) {
        socket.send(JSON.stringify({ t: "error", code: "hello_first" }));
      } else if (frame.t === "message") {
        this.#store(socket, session, frame);
      } else if (frame.t === "ping") {
        socket.send(JSON.stringify({ t: "pong" }));
      } else if (frame.t === "leave" && session.open) {
        this.close(session);
      }
    });
  }

  /** @param {import("ws").WebSocket} socket @param {any} frame */
  #greet(socket, frame) {
    const known = this.sessions.get(frame.session);
    /** @type {Session} */
    const session = known ?? {
      token: `session-${this.sessions.size + 1}`,
      lines: [],
      open: false,
      agent: "",
      sockets: new Set(),
    };
    this.sessions.set(session.token, session);
    session.sockets.add(socket);
    const history = session.lines.filter(({ seq }) => seq > (frame.last_seq ?? 0));
    const { token, agent, open } = session;
    socket.send(JSON.stringify({ t: "hello", session: token, resumed: !!known, history, title: this.title, agent, open }));
    return session;
  }

  /** @param {import("ws").WebSocket} socket @param {Session} session @param {any} frame */
  #store(socket, session, frame) {
    const { client_msg_id, text } = frame;
    const answer = this.answers.shift();
    if (answer) {
      socket.send(JSON.stringify({ ...answer, client_msg_id }));
      return;
    }
    let line = session.lines.find((known) => known.client_msg_id === client_msg_id);
    if (!line) {
      session.open = true;
      line = this.#add(session, { from: "visitor", text, name: "", client_msg_id });
      queueMicrotask(() => this.onMessage(session));
    }
    socket.send(JSON.stringify({ t: "ack", client_msg_id, seq: line.seq, at: line.at }));
  }

  /** @param {Session} session @param {Omit<HistoryLine, "seq" | "at">} line */
  #add(session, line) {
    // messages and events share the numbers: there are gaps
    const seq = (session.lines.at(-1)?.seq ?? 0) + 2;
    const added = { ...line, seq, at: new Date().toISOString() };
    session.lines.push(added);
    return added;
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #serve(request, response) {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://hub");
    const page = this.pages.get(pathname);
    if (page) {
      response.writeHead(200, { "content-type": TYPES[".html"], ...page.headers }).end(page.body);
      return;
    }
    if (pathname === "/favicon.ico") {
      response.writeHead(204).end();
      return;
    }
    let file = join(WEBCHAT, "demo", normalize(pathname.replace(/^\/chat\/demo\/?/, "/")));
    if (pathname === "/widget.js") {
      file = join(WEBCHAT, "static/widget.js");
    } else if (/^\/widget\/more-[0-9a-f]{8}\.js$/.test(pathname)) {
      file = join(WEBCHAT, "static", pathname.slice("/widget/".length));
    } else if (pathname === "/chat/demo") {
      const lang = searchParams.get("lang") ?? "en";
      file = join(WEBCHAT, `demo/shop.${["ru", "tr"].includes(lang) ? lang : "en"}.html`);
    }
    try {
      const body = await readFile(file);
      const type = TYPES[/** @type {keyof TYPES} */ (extname(file))] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...STRICT }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }
}

/** The policy of a careful host page. */
export const STRICT = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; require-trusted-types-for 'script'",
};

const ANSWERS = [
  "Hello! I am Anna. How can I help?",
  "The Heron holds 0.9 l and works on induction too: https://kettle.example/heron.",
  "One moment, I am looking.",
  "Yes, we can send it today.",
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const hub = new Hub();
  let said = 0;
  hub.onMessage = (session) => {
    if (session.agent) {
      setTimeout(() => hub.tell({ t: "typing", typing: true }, session), 600);
      setTimeout(() => hub.say(ANSWERS[said++ % ANSWERS.length] ?? "", session), 2500);
      return;
    }
    [3, 2, 1].forEach((place, i) =>
      setTimeout(() => hub.tell({ t: "position", place, ewt_s: place * 40 }, session), 300 + i * 2500),
    );
    setTimeout(() => hub.join("Anna", session), 8000);
    setTimeout(() => hub.say(ANSWERS[said++ % ANSWERS.length] ?? "", session), 9500);
  };
  console.log(`${await hub.start(Number(process.env["PORT"] ?? 8090))}/chat/demo`);
}
