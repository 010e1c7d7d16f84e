// @ts-check
/* Reads /api/openapi.json, lists its operations, and sends one when asked. Everything shown is set as text. */

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEEPEST = 6;

/** @type {any} */
let description = { paths: {}, components: { schemas: {} } };
let csrf = "";

const list = found("list");
const main = found("main");
const who = found("who");
const filter = /** @type {HTMLInputElement} */ (found("filter"));

/** @param {string} id */
function found(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no ${id}`);
  return element;
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * What stands between backquotes is code.
 * @param {string} text
 */
function marked(text) {
  return text.split("`").map((part, place) => (place % 2 === 1 ? made("code", {}, part) : part));
}

/** Every operation, in the order of the document. */
function operations() {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => method in methods).map((method) => ({ path, method, ...methods[method] })),
  );
}

/** @param {string} method */
function badge(method) {
  const kind = method === "get" ? "method" : "method changes";
  return made("span", { class: kind }, method.toUpperCase());
}

/** @param {any} schema */
function resolved(schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? description.components.schemas[name] : (schema ?? {});
}

/**
 * The schema as a person writes a type: `{name: string, at?: date-time}`.
 * @param {any} schema
 * @returns {string}
 */
function typeText(schema, depth = 0, indent = "") {
  const it = resolved(schema);
  if (it.enum) return it.enum.map((/** @type {unknown} */ value) => JSON.stringify(value)).join(" | ");
  if (it.anyOf) return it.anyOf.map((/** @type {any} */ each) => typeText(each, depth, indent)).join(" | ");
  if (it.type === "array") return `${typeText(it.items ?? {}, depth, indent)}[]`;
  if (it.type === "object" && it.properties) {
    if (depth >= DEEPEST) return "{…}";
    const inner = `${indent}  `;
    const lines = Object.entries(it.properties).map(([name, kind]) => {
      const mark = (it.required ?? []).includes(name) ? "" : "?";
      return `${inner}${name}${mark}: ${typeText(kind, depth + 1, inner)}`;
    });
    return `{\n${lines.join("\n")}\n${indent}}`;
  }
  if (it.type === "object") return `{[name]: ${typeText(it.additionalProperties || {}, depth, indent)}}`;
  return [it.format ?? it.type ?? "any", ...limits(it)].join(" ");
}

/** @param {any} schema */
function limits(schema) {
  const shown = { minLength: "≥", maxLength: "≤", minimum: "≥", maximum: "≤" };
  const parts = Object.entries(shown)
    .filter(([name]) => name in schema)
    .map(([name, sign]) => `${sign} ${schema[name]}${name.endsWith("Length") ? " characters" : ""}`);
  return parts.length > 0 ? [`(${parts.join(", ")})`] : [];
}

/**
 * A value to begin with.
 * @param {any} schema
 * @returns {unknown}
 */
function example(schema, depth = 0) {
  const it = resolved(schema);
  if ("default" in it) return it.default;
  if (it.enum) return it.enum[0];
  if (it.anyOf) return example(it.anyOf[0], depth);
  if (it.type === "object" && it.properties && depth < DEEPEST) {
    return Object.fromEntries(
      Object.entries(it.properties).map(([name, kind]) => [name, example(kind, depth + 1)]),
    );
  }
  const empty = { string: "", integer: 0, number: 0, boolean: false, array: [], object: {} };
  return empty[/** @type {keyof typeof empty} */ (it.type)] ?? null;
}

function showList() {
  const wanted = filter.value.trim().toLowerCase();
  const current = location.hash.slice(1);
  /** @type {Map<string, Node[]>} */
  const groups = new Map();
  for (const operation of operations()) {
    const text = `${operation.method} ${operation.path} ${operation.summary}`.toLowerCase();
    if (!text.includes(wanted)) continue;
    const link = made(
      "a",
      { href: `#${operation.operationId}`, title: `${operation.method.toUpperCase()} ${operation.path}` },
      badge(operation.method),
      made("span", {}, operation.summary),
    );
    if (operation.operationId === current) link.setAttribute("aria-current", "page");
    const tag = operation.tags[0] ?? "other";
    groups.set(tag, [...(groups.get(tag) ?? []), link]);
  }
  list.replaceChildren(...[...groups].flatMap(([tag, links]) => [made("h2", {}, tag), ...links]));
}

function showCurrent() {
  const operation = operations().find((each) => each.operationId === location.hash.slice(1));
  showList();
  if (operation) showOperation(operation);
  else main.replaceChildren(made("h2", {}, "Touchline API"), made("p", {}, ...marked(description.info?.description ?? "")));
}

/** @param {any} operation */
function showOperation(operation) {
  const needs = operation["x-permission"];
  main.replaceChildren(
    made("h2", {}, operation.summary),
    made("div", { class: "place" }, badge(operation.method), made("code", {}, operation.path)),
    made("p", {}, ...marked(operation.description)),
    made("p", { class: "needs" }, needs ? `Needs the permission ${needs}.` : "Open to everybody."),
    tryForm(operation),
    made("h3", {}, "Answers"),
    ...answers(operation),
  );
}

/** @param {any} operation */
function answers(operation) {
  return Object.entries(operation.responses).flatMap(([status, response]) => {
    const content = /** @type {any} */ (Object.values(response.content ?? {})[0]);
    const title = made("p", {}, made("b", {}, status), " ", ...marked(response.description));
    return content ? [title, made("pre", {}, typeText(content.schema))] : [title];
  });
}

/** @param {any} operation */
function tryForm(operation) {
  const form = made("form", { autocomplete: "off" }, made("h3", {}, "Try it"));
  for (const parameter of operation.parameters) form.append(field(parameter));
  const body = operation.requestBody?.content["application/json"]?.schema;
  if (body) {
    const text = made("textarea", { name: "body", spellcheck: "false", "aria-label": "Body, JSON" });
    text.textContent = JSON.stringify(example(body), null, 2);
    form.append(made("h3", {}, "Body"), made("pre", {}, typeText(body)), made("p"), text, made("p"));
  }
  const send = /** @type {HTMLButtonElement} */ (made("button", { type: "submit" }, "Send"));
  const outcome = made("div", { role: "status" });
  form.append(send, outcome);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    outcome.replaceChildren(...(await sent(operation, new FormData(/** @type {HTMLFormElement} */ (form)))));
    send.disabled = false;
  });
  return form;
}

/** @param {any} parameter */
function field(parameter) {
  const id = `in-${parameter.name}`;
  const attributes = { id, name: `${parameter.in} ${parameter.name}`, placeholder: String(parameter.schema.default ?? "") };
  const input = made("input", parameter.required ? { ...attributes, required: "" } : attributes);
  const about = [parameter.in, typeText(parameter.schema), parameter.schema.description ?? ""].filter(Boolean).join(" · ");
  return made("div", { class: "field" }, made("label", { for: id }, parameter.name), input, made("small", {}, about));
}

/**
 * @param {any} operation
 * @param {FormData} values
 * @returns {Promise<Node[]>}
 */
async function sent(operation, values) {
  let path = operation.path;
  const query = new URLSearchParams();
  /** @type {Record<string, string>} */
  const headers = operation.method === "get" ? {} : { "X-CSRF-Token": csrf };
  for (const parameter of operation.parameters) {
    const value = String(values.get(`${parameter.in} ${parameter.name}`) ?? "");
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value && parameter.in === "query") query.set(parameter.name, value);
    else if (value) headers[parameter.name] = value;
  }
  const body = values.get("body");
  if (body !== null) headers["Content-Type"] = "application/json";
  const began = performance.now();
  try {
    const response = await fetch(query.size > 0 ? `${path}?${query}` : path, {
      method: operation.method.toUpperCase(),
      headers,
      body: body === null ? undefined : String(body),
    });
    const text = await response.text();
    const took = `${Math.round(performance.now() - began)} ms`;
    if (path === "/api/v1/session" || path === "/api/v1/setup") await greet();
    return [
      made("p", { class: response.ok ? "outcome good" : "outcome bad" }, `${response.status} · ${took}`),
      made("pre", {}, pretty(text)),
    ];
  } catch (failure) {
    return [made("p", { class: "outcome bad" }, `No answer: ${failure}`)];
  }
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text || "(nothing)";
  }
}

/** Say who is signed in, and keep the token that writes must carry. */
async function greet() {
  const response = await fetch("/api/v1/session");
  const session = response.ok ? await response.json() : null;
  csrf = session?.csrf ?? "";
  who.textContent = session ? `Signed in as ${session.user.name}.` : "Not signed in: send POST /session.";
}

filter.addEventListener("input", showList);
addEventListener("hashchange", () => {
  showCurrent();
  main.focus();
});

try {
  description = await (await fetch("/api/openapi.json")).json();
  showCurrent();
  await greet();
} catch (failure) {
  who.textContent = `The hub does not answer: ${failure}`;
}
