/** A web site as its form holds it, and the snippet that puts its chat on a page. */

import type { SiteDraft, SiteView } from '@/generated/api';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type SiteForm = Mutable<Required<Omit<SiteDraft, 'setup' | 'origins'>>> & { key: string; origins: string; setup: SiteView['setup'] };

export const newSite = (queueId: string): SiteForm => ({
  key: '',
  title: '',
  queue_id: queueId,
  origins: '',
  language: 'en',
  setup: {
    enabled: true,
    accent: '',
    country: '',
    words: {},
    form: [],
    features: { files: true, rating: true, callback: true },
    files: { most: 5, most_bytes: 10 * 1024 * 1024, types: ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf', 'text/plain', 'text/csv', 'application/zip'] },
  },
});

export const formOf = (site: SiteView): SiteForm => ({
  key: site.key,
  title: site.title,
  queue_id: site.queue_id,
  origins: site.origins.join('\n'),
  language: site.language,
  setup: site.setup,
});

/** What is sent: an origin a line, languages in which nothing is said left out. */
export function bodyOf(form: SiteForm): SiteDraft {
  const words = Object.entries(form.setup.words).filter(([, said]) => said.title || said.greeting || said.away);
  return {
    title: form.title.trim(),
    queue_id: form.queue_id,
    origins: form.origins.split(/[\s,]+/).filter(Boolean),
    language: form.language,
    setup: { ...form.setup, words: Object.fromEntries(words) },
  };
}

/** The line to paste into a page. The key holds no character that could end an attribute. */
export const snippetOf = (hub: string, key: string): string => `<script async src="${hub}/widget.js" data-site="${key.replace(/[^a-z0-9_-]/gi, '')}"></script>`;
