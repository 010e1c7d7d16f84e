/**
 * Builds `../static/widget.js`: one classic script, nothing fetched, nothing evaluated. Beside it lies the same script
 * compressed, which the hub's file responses send to browsers that accept it.
 */

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const LIMIT_BYTES = 15_000;
const TARGET = ["chrome93", "firefox92", "safari15.4"];

const out = fileURLToPath(new URL("../static/widget.js", import.meta.url));

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

await build({
  entryPoints: [fileURLToPath(new URL("src/main.ts", import.meta.url))],
  outfile: out,
  bundle: true,
  format: "iife",
  minify: true,
  charset: "utf8",
  target: TARGET,
  plugins: [styleText],
  banner: { js: "/*! Touchline web chat, GPL-3.0-or-later */" },
});

const script = await readFile(out);
const gzipped = gzipSync(script, { level: 9 });
const brotli = brotliCompressSync(script);
await writeFile(`${out}.gz`, gzipped);
await writeFile(`${out}.br`, brotli);
console.log(`widget.js ${script.length} bytes, gzip ${gzipped.length} (limit ${LIMIT_BYTES}), brotli ${brotli.length}`);
if (gzipped.length > LIMIT_BYTES) {
  process.exitCode = 1;
}
