/** Weighs what a browser loads before it can show anything, and a desk, and stops a build that is too heavy. */

import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

export interface Limits {
  /** Entry, what it imports statically, and the styles of these: bytes gzipped together. */
  readonly entry: number;
  /** The same with one part more, by the end of its path. */
  readonly parts: Readonly<Record<string, number>>;
}

export function firstLoad(limits: Limits): Plugin {
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
      const weigh = (what: string, limit: number): void => {
        let bytes = 0;
        for (const name of seen) {
          const part = bundle[name];
          if (part) bytes += gzipSync(part.type === 'chunk' ? part.code : part.source, { level: 9 }).length;
        }
        console.log(`${what} ${bytes} bytes gzipped (limit ${limit}) in ${seen.size} files`);
        if (bytes > limit) throw new Error(`${what} has ${bytes} bytes gzipped, and may have ${limit}: load something later`);
      };
      const chunks = Object.values(bundle).filter((part) => part.type === 'chunk');
      for (const chunk of chunks) if (chunk.isEntry) visit(chunk.fileName);
      weigh('first load', limits.entry);
      const entry = [...seen];
      for (const [path, limit] of Object.entries(limits.parts)) {
        const chunk = chunks.find((one) => one.facadeModuleId?.endsWith(path));
        if (!chunk) throw new Error(`${path} is no part of its own any more`);
        visit(chunk.fileName);
        weigh(path, limit);
        seen.clear();
        for (const name of entry) seen.add(name);
      }
    },
  };
}
