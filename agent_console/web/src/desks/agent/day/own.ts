/** Which of an agent's own pages is open over the desk: the day's figures, the closed conversations, or none. */

import { reactive } from 'vue';

export const OWN_PAGES = ['day', 'history'] as const;
export type OwnPage = (typeof OWN_PAGES)[number];

export const own = reactive<{ page: OwnPage | null }>({ page: null });

export const ownPageKey = (page: OwnPage) => (page === 'day' ? 'person_card.day.title' : 'person_card.day.history');
