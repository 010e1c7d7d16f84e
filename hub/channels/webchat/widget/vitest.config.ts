/** Rules next to their code in src/; the built script in a real browser in browser/. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { MORE: '"more-00000000.js"', MORE_INTEGRITY: '""' }, // what the build puts in
  test: {
    include: ["src/**/*.test.ts", "browser/**/*.test.ts"],
    env: { TZ: "UTC" },
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
