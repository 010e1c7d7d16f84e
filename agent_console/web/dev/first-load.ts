/** Weighs what a browser loads before it can show anything, and stops a build that is too heavy. */

import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Entry, what it imports statically, and the styles of these, gzipped together: at most `limit` bytes. */
export function firstLoad(limit: number): Plugin {
  return {
    name: 'first-load',
    apply: 'build',
    writeBundle(_options, bundle) {
      const seen = new Set<string>();
      const visit = (name: string): void => {
        const part = bundle[name];
        if (!part || seen.has(name)) return;
        seen.add(name);
        if (part.type !== 'chunk') return;
        part.imports.forEach(visit);
        part.viteMetadata?.importedCss.forEach(visit);
      };
      for (const part of Object.values(bundle)) if (part.type === 'chunk' && part.isEntry) visit(part.fileName);
      let bytes = 0;
      for (const name of seen) {
        const part = bundle[name];
        if (part) bytes += gzipSync(part.type === 'chunk' ? part.code : part.source, { level: 9 }).length;
      }
      console.log(`first load ${bytes} bytes gzipped (limit ${limit}) in ${seen.size} files`);
      if (bytes > limit) throw new Error(`the first load has ${bytes} bytes gzipped, and may have ${limit}: load something later`);
    },
  };
}
