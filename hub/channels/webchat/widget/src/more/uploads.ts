/** Files on their way to the hub: chosen, sent, kept by it, and then part of a message. */

import type { FileLimits, FileView } from "../frames";
import type { FileTrouble } from "../texts/more";

export interface Upload {
  readonly key: number;
  readonly file: File;
  readonly sent: number;
  readonly view: FileView | null;
  readonly trouble: FileTrouble | null;
}

/** The part of `XMLHttpRequest` that is used; the browser's `fetch` tells no progress. */
export interface Request {
  upload: { onprogress: ((event: ProgressEvent) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  readonly status: number;
  readonly responseText: string;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: File): void;
  abort(): void;
}

export class Uploads {
  list: readonly Upload[] = [];
  readonly #requests = new Map<number, Request>();
  #next = 1;

  constructor(
    readonly url: (name: string) => string,
    readonly token: () => string | null,
    readonly limits: () => FileLimits | undefined,
    readonly changed: () => void,
    readonly request: () => Request = () => new XMLHttpRequest() as Request,
  ) {}

  /** All that were chosen are kept by the hub. */
  get ready(): boolean {
    return this.list.every(({ view }) => view !== null);
  }

  /** Begin to send `files`; what cannot be sent is said, and nothing else stops for it. */
  add(files: Iterable<File>): void {
    for (const file of files) {
      const limits = this.limits();
      const key = this.#next++;
      const trouble: FileTrouble | null = !limits
        ? "bad_type"
        : this.list.length >= limits.most
          ? "too_many"
          : file.size > limits.bytes
            ? "too_large"
            : file.size === 0
              ? "empty"
              : null;
      this.list = [...this.list, { key, file, sent: 0, view: null, trouble }];
      if (!trouble) {
        this.#send(key, file);
      }
    }
    this.changed();
  }

  /** Forget an upload; one under way is given up. */
  remove(key: number): void {
    this.#requests.get(key)?.abort();
    this.#requests.delete(key);
    this.list = this.list.filter((upload) => upload.key !== key);
    this.changed();
  }

  again(key: number): void {
    const upload = this.list.find((known) => known.key === key);
    if (upload) {
      this.#set(key, { sent: 0, trouble: null });
      this.#send(key, upload.file);
    }
  }

  /** The files for a message; those that failed stay. */
  take(): FileView[] {
    const done = this.list.flatMap(({ view }) => view ?? []);
    this.list = this.list.filter(({ view }) => view === null);
    this.changed();
    return done;
  }

  #send(key: number, file: File): void {
    const request = this.request();
    this.#requests.set(key, request);
    request.open("POST", this.url(file.name));
    request.setRequestHeader("X-Chat-Session", this.token() ?? "");
    request.upload.onprogress = ({ loaded, total }) => this.#set(key, { sent: total ? loaded / total : 0 });
    request.onload = () => {
      this.#requests.delete(key);
      const view = request.status === 201 ? (JSON.parse(request.responseText) as FileView) : null;
      this.#set(key, { sent: 1, view, trouble: view ? null : troubleOf(request) });
    };
    request.onerror = () => {
      this.#requests.delete(key);
      this.#set(key, { trouble: "network" });
    };
    request.send(file);
  }

  #set(key: number, changes: Partial<Upload>): void {
    this.list = this.list.map((upload) => (upload.key === key ? { ...upload, ...changes } : upload));
    this.changed();
  }
}

function troubleOf({ status, responseText }: Request): FileTrouble {
  let code = "";
  try {
    code = (JSON.parse(responseText) as { code: string }).code;
  } catch {
    // a proxy answered in its own words
  }
  if (status === 413 || code === "too_large") {
    return "too_large";
  }
  if (status === 415 || status === 403) {
    return "bad_type";
  }
  if (code === "empty") {
    return "empty";
  }
  return code === "quota" || code === "too_many_files" ? "quota" : "network";
}
