/** What somebody chose: language, theme, alerts, columns. This browser's copy; the hub's is in hub-copy.ts. */

import { reactive, watchEffect } from 'vue';
import { type Language, LANGUAGES, learn, speak } from '@/i18n/text';
import { ALERTS, type Chosen, type Preferences, type Theme, THEMES, UNDO_S } from '@/settings/choices';

const NAME = 'touchline.preferences';

export const preferences = reactive<Preferences>(kept(inStorage()));

function inStorage(): string | null {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null; // a browser that keeps nothing
  }
}

/** The choices in a text that was kept; what is missing or unreadable there is as at the beginning. */
function kept(written: string | null): Preferences {
  let found: Partial<Preferences> = {};
  try {
    found = JSON.parse(written ?? '{}') as Partial<Preferences>;
  } catch {
    // nothing readable was kept: begin anew
  }
  return {
    language: LANGUAGES.find((l) => l === found.language) ?? browserLanguage(),
    theme: THEMES.find((t) => t === found.theme) ?? 'system',
    sound: found.sound ?? true,
    undoS: UNDO_S.find((s) => s === found.undoS) ?? 5,
    sounds: chosen(found.sounds),
    notifications: chosen(found.notifications),
    notificationText: found.notificationText === true,
    logColumns: Array.isArray(found.logColumns) ? found.logColumns.filter((name) => typeof name === 'string') : [],
    microphone: typeof found.microphone === 'string' ? found.microphone : '',
    speaker: typeof found.speaker === 'string' ? found.speaker : '',
    ringVolume: typeof found.ringVolume === 'number' && found.ringVolume >= 0 && found.ringVolume <= 100 ? found.ringVolume : 50,
  };
}

/** Everything is on until somebody switches it off. */
function chosen(found: unknown): Chosen {
  const kept: Partial<Record<string, unknown>> = typeof found === 'object' && found !== null ? { ...found } : {};
  return Object.fromEntries(ALERTS.map((alert) => [alert, kept[alert] !== false])) as Chosen;
}

function browserLanguage(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return LANGUAGES.find((l) => l === wanted.find((tag) => (LANGUAGES as readonly string[]).includes(tag))) ?? 'en';
}

/** Speaks the language once its words are here; until then, and when they cannot be had, what was spoken before. */
export async function speakChosen(language: Language): Promise<void> {
  try {
    await learn(language);
  } catch {
    return;
  }
  if (preferences.language === language) speak(language);
}

/** Puts the choices into effect, now and whenever they change. */
export function followPreferences(): void {
  watchEffect(() => void speakChosen(preferences.language));
  watchEffect(() => {
    const { theme } = preferences;
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  });
  watchEffect(() => {
    const chosen = JSON.stringify(preferences);
    try {
      localStorage.setItem(NAME, chosen);
    } catch {
      // the browser keeps nothing: the choice holds until the window closes
    }
  });
}

/** What another window of this browser chose, as soon as it is kept; `heard` puts it into effect. */
export function followOtherWindows(heard: (change: () => void) => void): void {
  window.addEventListener('storage', (event) => {
    if (event.key === NAME && event.newValue !== null) heard(() => Object.assign(preferences, kept(event.newValue)));
  });
}

/** The other theme than the one that shows now. */
export function otherTheme(): Theme {
  const isDark =
    preferences.theme === 'dark' || (preferences.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  return isDark ? 'light' : 'dark';
}
