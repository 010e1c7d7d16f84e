/** Builds `../static/widget.js`: one classic script, nothing fetched, nothing evaluated. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
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
const gzipped = gzipSync(script, { level: 9 }).length;
console.log(`widget.js ${script.length} bytes, ${gzipped} gzipped (limit ${LIMIT_BYTES})`);
if (gzipped > LIMIT_BYTES) {
  process.exitCode = 1;
}
