/** One's choices as the hub keeps them, and how they become those of this browser. */

import type { AlertChoice, PreferencesView } from '@/generated/api';
import { LANGUAGES } from '@/i18n/text';
import { ALERTS, type Alert, type Preferences, THEMES, UNDO_S } from '@/settings/choices';

export type Chosen = { readonly [K in keyof PreferencesView]: NonNullable<PreferencesView[K]> };
export type ChosenKey = keyof PreferencesView;

export const KEYS: readonly ChosenKey[] = ['language', 'theme', 'sound', 'undo_s', 'sounds', 'notifications', 'notification_text', 'log_columns', 'microphone', 'speaker'];

/** All that is chosen here, as the hub writes it. */
export const chosenOf = (p: Preferences): Chosen => ({
  language: p.language,
  theme: p.theme,
  sound: p.sound,
  undo_s: p.undoS,
  sounds: { ...p.sounds },
  notifications: { ...p.notifications },
  notification_text: p.notificationText,
  log_columns: [...p.logColumns],
  microphone: p.microphone,
  speaker: p.speaker,
});

/** The kinds of choice in which the two differ. */
export const differing = (one: Chosen, other: Chosen): readonly ChosenKey[] => KEYS.filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));

/** Puts the hub's choices of these kinds into `here`; what nobody chose there, or this console does not know, stays as it is. */
export function adopt(here: Preferences, hub: PreferencesView, keys: readonly ChosenKey[]): void {
  for (const key of keys) {
    if (hub[key] === null) continue;
    switch (key) {
      case 'language':
        here.language = LANGUAGES.find((l) => l === hub.language) ?? here.language;
        break;
      case 'theme':
        here.theme = THEMES.find((t) => t === hub.theme) ?? here.theme;
        break;
      case 'sound':
        here.sound = hub.sound ?? here.sound;
        break;
      case 'undo_s':
        here.undoS = UNDO_S.find((s) => s === hub.undo_s) ?? here.undoS;
        break;
      case 'sounds':
        Object.assign(here.sounds, alertsOf(hub.sounds));
        break;
      case 'notifications':
        Object.assign(here.notifications, alertsOf(hub.notifications));
        break;
      case 'notification_text':
        here.notificationText = hub.notification_text ?? here.notificationText;
        break;
      case 'log_columns':
        here.logColumns = [...(hub.log_columns ?? [])];
        break;
      case 'microphone':
      case 'speaker':
        here[key] = hub[key] ?? here[key];
        break;
    }
  }
}

function alertsOf(chosen: AlertChoice | null): Partial<Record<Alert, boolean>> {
  return Object.fromEntries(ALERTS.filter((alert) => chosen?.[alert] !== undefined).map((alert) => [alert, chosen?.[alert]]));
}
