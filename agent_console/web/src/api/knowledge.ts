/** The calls about replies, macros and articles. */

import { request } from '@/api/http';
import type {
  ArticleBody,
  ArticleLines,
  ArticleVersions,
  ArticleView,
  CategoryPage,
  MacroResult,
  ReadyPage,
  RunMacro,
  SnippetBody,
  SnippetPage,
  SnippetView,
  Suggestions,
} from '@/generated/api';

const at = (...steps: string[]): string => `/${steps.map(encodeURIComponent).join('/')}`;

export const ready = (interaction: string, signal?: AbortSignal) => request<ReadyPage>(at('interactions', interaction, 'snippets'), { signal });
export const suggestions = (interaction: string, signal?: AbortSignal) => request<Suggestions>(at('interactions', interaction, 'articles'), { signal });
export const runMacro = (interaction: string, macro: string, body: RunMacro, key: string) =>
  request<MacroResult>(at('interactions', interaction, 'macros', macro, 'run'), { method: 'POST', body, idempotencyKey: key });
export const countUse = (item_id: string) => request('/knowledge/uses', { method: 'POST', body: { item_id } });

export const snippets = (kind: 'reply' | 'macro' | null, after: string | null, signal?: AbortSignal) =>
  request<SnippetPage>('/snippets', { query: { kind, after, limit: 200 }, signal });
export const addSnippet = (body: SnippetBody, key: string) =>
  request<SnippetView>(body.reach === 'personal' ? '/agents/me/snippets' : '/snippets', { method: 'POST', body, idempotencyKey: key });
export const saveSnippet = (id: string, body: SnippetBody) =>
  request<SnippetView>(body.reach === 'personal' ? at('agents', 'me', 'snippets', id) : at('snippets', id), { method: 'PUT', body });
export const removeSnippet = (id: string, version: number, isOwn: boolean) =>
  request(isOwn ? at('agents', 'me', 'snippets', id) : at('snippets', id), { method: 'DELETE', query: { version } });

export interface ArticleQuery {
  readonly q?: string;
  readonly language?: string;
  readonly category?: string;
  readonly state?: string;
  readonly after?: string | null;
}
export const articles = (asked: ArticleQuery, signal?: AbortSignal) => request<ArticleLines>('/articles', { query: { ...asked }, signal });
export const article = (id: string, signal?: AbortSignal) => request<ArticleView>(at('articles', id), { signal });
export const addArticle = (body: ArticleBody, key: string) => request<ArticleView>('/articles', { method: 'POST', body, idempotencyKey: key });
export const saveArticle = (id: string, body: ArticleBody) => request<ArticleView>(at('articles', id), { method: 'PUT', body });
export const removeArticle = (id: string, version: number) => request(at('articles', id), { method: 'DELETE', query: { version } });
export const versions = (id: string, after: string | null) => request<ArticleVersions>(at('articles', id, 'versions'), { query: { after } });
export const restore = (id: string, number: number, version: number) =>
  request<ArticleView>(at('articles', id, 'restore'), { method: 'POST', body: { number, version } });
export const categories = () => request<CategoryPage>('/article-categories');
