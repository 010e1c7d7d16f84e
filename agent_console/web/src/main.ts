/** Starts the console in the browser. */

import { createPinia } from 'pinia';
import { createApp } from 'vue';
import '@/look/tokens.css';
import '@/look/base.css';
import '@/look/tables.css';
import App from '@/App.vue';
import { loadAgentDeskAhead } from '@/desks/agent/loading';
import { i18n } from '@/i18n/text';
import { router } from '@/router';
import { followHubCopy } from '@/settings/following';
import { followPreferences, preferences, speakChosen } from '@/settings/preferences';
import { allowSound } from '@/sound/alerts';
import { startClock } from '@/time/now';

// the desk comes beside the question who is signed in, not after its answer
if (window.location.pathname === '/') loadAgentDeskAhead();
followPreferences();
followHubCopy();
startClock();
for (const gesture of ['pointerdown', 'keydown']) window.addEventListener(gesture, allowSound, { passive: true });

// the first words on the screen are in the reader's language
void speakChosen(preferences.language).then(() => createApp(App).use(createPinia()).use(i18n).use(router).mount('#app'));
