/**
 * Builds `../static/widget.js`, one classic script with nothing evaluated, and `../static/more-HASH.js`, which it loads
 * when the chat is opened first and takes with exactly that content only. Beside each lies the same script compressed,
 * which the hub's file responses send to browsers that accept it.
 */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const LIMIT_BYTES = 15_000;
const TARGET = ["chrome93", "firefox92", "safari15.4"];

const folder = fileURLToPath(new URL("../static/", import.meta.url));

/** A style sheet is imported as its own text, made small. @type {import("esbuild").Plugin} */
const styleText = {
  name: "style-text",
  setup(made) {
    made.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const css = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: TARGET });
      return { contents: css.code.trim(), loader: "text" };
    });
  },
};

/** The script that `entry` begins. @param {string} entry @param {Record<string, string>} define */
async function bundled(entry, define) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    write: false,
    bundle: true,
    format: "iife",
    minify: true,
    charset: "utf8",
    target: TARGET,
    define,
    plugins: [styleText],
    banner: { js: "/*! Touchline web chat, GPL-3.0-or-later */" },
  });
  return Buffer.from(/** @type {import("esbuild").OutputFile} */ (outputFiles[0]).contents);
}

/** Write `script` as `name`, and compressed; the size that goes over the wire. @param {string} name @param {Buffer} script */
async function written(name, script) {
  const gzipped = gzipSync(script, { level: 9, memLevel: 7 });
  const brotli = brotliCompressSync(script);
  await writeFile(folder + name, script);
  await writeFile(`${folder}${name}.gz`, gzipped);
  await writeFile(`${folder}${name}.br`, brotli);
  return { bytes: script.length, gzip: gzipped.length, brotli: brotli.length };
}

await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) {
  if (name.startsWith("more-")) {
    await rm(folder + name);
  }
}
const more = await bundled("src/more/main.ts", {});
const name = `more-${createHash("sha256").update(more).digest("hex").slice(0, 8)}.js`;
const integrity = `sha256-${createHash("sha256").update(more).digest("base64")}`;
const first = await bundled("src/main.ts", { MORE: JSON.stringify(name), MORE_INTEGRITY: JSON.stringify(integrity) });
const sizes = { "widget.js": await written("widget.js", first), [name]: await written(name, more) };
let total = 0;
for (const [script, { bytes, gzip, brotli }] of Object.entries(sizes)) {
  const limit = script === "widget.js" ? ` (limit ${LIMIT_BYTES})` : "";
  console.log(`${script} ${bytes} bytes, gzip ${gzip}${limit}, brotli ${brotli}`);
  total += gzip;
}
console.log(`both: gzip ${total}`);
if (sizes["widget.js"].gzip > LIMIT_BYTES) {
  process.exitCode = 1;
}
