import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readFrame } from "./frames";

const here = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

/** `Name tag: field, field` for every struct of frames.py. */
function pythonFrames(): Map<string, string> {
  const frames = new Map<string, string>();
  for (const [, name = "", head = "", body = ""] of here("../../frames.py").matchAll(
    /^class (\w+)\(([^)]*)\):\n((?: {4}.*\n|\n)*)/gm,
  )) {
    const tag = /tag="(\w+)"/.exec(head)?.[1] ?? "";
    const fields = [...body.matchAll(/^ {4}(\w+): /gm)].map(([, field = ""]) => field.replace(/_$/, ""));
    if (tag || fields.length) {
      frames.set(name, [tag, ...fields.sort()].join(" "));
    }
  }
  return frames;
}

function typescriptFrames(): Map<string, string> {
  const frames = new Map<string, string>();
  for (const [, name = "", body = ""] of here("frames.ts").matchAll(/^export interface (\w+) \{\n([^}]*)\}/gm)) {
    const tag = /^ {2}t: "(\w+)";/m.exec(body)?.[1] ?? "";
    const fields = [...body.matchAll(/^ {2}(\w+)\??: /gm)].map(([, field = ""]) => field).filter((f) => f !== "t");
    frames.set(name, [tag, ...fields.sort()].join(" "));
  }
  return frames;
}

test("both sides know the same frames with the same fields", () => {
  expect(pythonFrames().size).toBeGreaterThan(15);
  expect(typescriptFrames()).toEqual(pythonFrames());
});

test("what is not a frame is read as none", () => {
  for (const data of ["", "{", "null", "7", '"hello"', "[]", "{}", '{"t":7}', new ArrayBuffer(4)]) {
    expect(readFrame(data), String(data)).toBeNull();
  }
});

test("a frame of a kind this script does not know is passed on, to be ignored", () => {
  expect(readFrame('{"t":"rating"}')).toEqual({ t: "rating" });
});
