/** What somebody chose on this browser: language, theme, sound. */

import { reactive, watchEffect } from 'vue';
import { type Language, LANGUAGES, learn, speak } from '@/i18n/text';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Choices of the time to undo a reply. */
export const UNDO_S = [0, 5, 10, 20] as const;

const NAME = 'touchline.preferences';

/** What may make itself heard: by a sound, and by a notification of the desktop. */
export const ALERTS = ['offer', 'message', 'mention', 'reminder'] as const;
export type Alert = (typeof ALERTS)[number];
type Chosen = Record<Alert, boolean>;

interface Preferences {
  language: Language;
  theme: Theme;
  sound: boolean;
  /** Seconds in which a reply can be undone; 0: it is sent at once. */
  undoS: number;
  /** Of each kind: whether it sounds, and whether the desktop is told. */
  sounds: Chosen;
  notifications: Chosen;
  /** Whether notifications show what was written: other people see screens too. */
  notificationText: boolean;
}

export const preferences = reactive<Preferences>(kept());

function kept(): Preferences {
  let found: Partial<Preferences> = {};
  try {
    found = JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Preferences>;
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

/** The other theme than the one that shows now. */
export function otherTheme(): Theme {
  const isDark =
    preferences.theme === 'dark' || (preferences.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  return isDark ? 'light' : 'dark';
}
