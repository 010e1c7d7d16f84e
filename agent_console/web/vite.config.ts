import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { firstLoad } from './dev/first-load.ts';
import { practiceHub } from './dev/hub.ts';

export default defineConfig({
  plugins: [vue(), practiceHub(), firstLoad({ entry: 150_000, parts: { 'src/desks/agent/AgentDesk.vue': 180_000 } })],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir: '../static',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  preview: { host: '127.0.0.1', port: 4173, strictPort: true },
  // a limit for what hangs, not a measure: the machine may be busy
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
