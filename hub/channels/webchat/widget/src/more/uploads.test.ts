import { describe, expect, test } from "vitest";
import type { FileLimits } from "../frames";
import { type Request, type Upload, Uploads } from "./uploads";

const LIMITS: FileLimits = { most: 2, bytes: 10, types: ["text/plain"] };
const VIEW = { id: "f1", name: "a.txt", type: "text/plain", size: 3 };

class FakeRequest implements Request {
  upload: Request["upload"] = { onprogress: null };
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  status = 0;
  responseText = "";
  readonly headers: Record<string, string> = {};
  url = "";
  body: File | null = null;
  aborted = false;

  open(method: string, url: string): void {
    this.url = `${method} ${url}`;
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(body: File): void {
    this.body = body;
  }
  abort(): void {
    this.aborted = true;
  }
  answers(status: number, body: unknown): void {
    this.status = status;
    this.responseText = typeof body === "string" ? body : JSON.stringify(body);
    this.onload?.();
  }
}

function tray(limits: FileLimits | null = LIMITS): { uploads: Uploads; requests: FakeRequest[]; drawn: () => number } {
  const requests: FakeRequest[] = [];
  let changes = 0;
  const uploads = new Uploads(
    (name) => `/chat/files?name=${name}`,
    () => "token",
    () => limits ?? undefined,
    () => changes++,
    () => {
      requests.push(new FakeRequest());
      return requests.at(-1) as FakeRequest;
    },
  );
  return { uploads, requests, drawn: () => changes };
}

const file = (size = 3, name = "a.txt"): File => new File(["x".repeat(size)], name, { type: "text/plain" });
const troubles = (list: readonly Upload[]): unknown[] => list.map(({ trouble }) => trouble);

describe("a file that is chosen", () => {
  test("goes to the hub at once, under the visitor's token, and is part of a message once the hub has it", () => {
    const { uploads, requests } = tray();
    uploads.add([file()]);
    expect(requests[0]).toMatchObject({ url: "POST /chat/files?name=a.txt", headers: { "X-Chat-Session": "token" } });
    expect([uploads.ready, uploads.list[0]?.sent]).toEqual([false, 0]);
    requests[0]?.upload.onprogress?.({ loaded: 1, total: 4 } as ProgressEvent);
    expect(uploads.list[0]?.sent).toBe(0.25);
    requests[0]?.answers(201, VIEW);
    expect([uploads.ready, uploads.take(), uploads.list]).toEqual([true, [VIEW], []]);
  });

  test("is not sent when it is too large, empty, one too many, or the site takes none", () => {
    const { uploads, requests } = tray();
    uploads.add([file(11), file(0), file()]);
    expect(troubles(uploads.list)).toEqual(["too_large", "empty", "too_many"]);
    const none = tray(null);
    none.uploads.add([file()]);
    expect(troubles(none.uploads.list)).toEqual(["bad_type"]);
    expect([...requests, ...none.requests]).toEqual([]);
  });

  test("one that cannot be sent holds up the message and no other file", () => {
    const { uploads, requests } = tray();
    uploads.add([file(11), file()]);
    requests[0]?.answers(201, VIEW);
    expect(uploads.ready).toBe(false);
    expect(uploads.take()).toEqual([VIEW]);
    expect(troubles(uploads.list)).toEqual(["too_large"]);
    uploads.remove(uploads.list[0]?.key ?? 0);
    expect(uploads.ready).toBe(true);
  });
});

describe("what the hub, or somebody between, answers", () => {
  test.each([
    [413, { code: "too_large" }, "too_large"],
    [413, "<html>too large</html>", "too_large"],
    [415, { code: "bad_type" }, "bad_type"],
    [403, { code: "forbidden" }, "bad_type"],
    [422, { code: "empty" }, "empty"],
    [429, { code: "quota" }, "quota"],
    [429, { code: "too_many_files" }, "quota"],
    [429, { code: "too_many" }, "network"],
    [503, "", "network"],
  ])("%i %o is %s", (status, body, trouble) => {
    const { uploads, requests } = tray();
    uploads.add([file()]);
    requests[0]?.answers(status, body);
    expect(troubles(uploads.list)).toEqual([trouble]);
    expect(uploads.ready).toBe(false);
  });

  test("after a lost connection the same file can be sent again", () => {
    const { uploads, requests } = tray();
    const one = file();
    uploads.add([one]);
    requests[0]?.onerror?.();
    expect(troubles(uploads.list)).toEqual(["network"]);
    uploads.again(uploads.list[0]?.key ?? 0);
    expect(troubles(uploads.list)).toEqual([null]);
    expect(requests[1]?.body).toBe(one);
    requests[1]?.answers(201, VIEW);
    expect(uploads.take()).toEqual([VIEW]);
  });
});

test("a file that is taken out is given up on its way, and its late answer changes nothing", () => {
  const { uploads, requests, drawn } = tray();
  uploads.add([file()]);
  const before = drawn();
  uploads.remove(uploads.list[0]?.key ?? 0);
  expect([requests[0]?.aborted, uploads.list, drawn() > before]).toEqual([true, [], true]);
  requests[0]?.answers(201, VIEW);
  expect(uploads.list).toEqual([]);
});
