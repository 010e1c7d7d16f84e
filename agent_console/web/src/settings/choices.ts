/** What somebody can choose for themselves, and between what. */

import type { Language } from '@/i18n/text';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Choices of the time to undo a reply. */
export const UNDO_S = [0, 5, 10, 20] as const;

/** What may make itself heard: by a sound, and by a notification of the desktop. */
export const ALERTS = ['offer', 'message', 'mention', 'reminder'] as const;
export type Alert = (typeof ALERTS)[number];
export type Chosen = Record<Alert, boolean>;

export interface Preferences {
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
  /** The columns of the log in their order; none: the usual ones. */
  logColumns: string[];
  /** The names of the devices that the browser phone uses; empty: what the system uses. */
  microphone: string;
  speaker: string;
  /** How loud the browser phone rings, 0 to 100; it belongs to this machine's speaker, and is kept in this browser only. */
  ringVolume: number;
}
