/** How an offer makes itself heard: two short tones, and a notification when the window is not looked at. */

import { type Alert } from '@/settings/choices';
import { preferences } from '@/settings/preferences';

let audio: AudioContext | null = null;

/** Browsers let a page sound only after a first click or key: called on those. */
export function allowSound(): void {
  try {
    audio ??= new AudioContext();
    if (audio.state === 'suspended') void audio.resume();
  } catch {
    // no sound device: the screen has to do
  }
}

/** Hertz and delay of each tone. */
const TONES: Readonly<Record<Alert, readonly (readonly [number, number])[]>> = {
  offer: [[660, 0], [880, 0.14]],
  message: [[520, 0]],
  mention: [[740, 0], [740, 0.12]],
  reminder: [[880, 0], [660, 0.14]],
};

/** The tones of this kind, if its sound is chosen: those of an offer are the loudest, of a message the softest. */
export function chime(kind: Alert): void {
  if (!preferences.sound || !preferences.sounds[kind] || audio === null || audio.state !== 'running') return;
  for (const [hertz, delayS] of TONES[kind]) tone(audio, hertz, audio.currentTime + delayS, kind === 'message' ? 0.05 : kind === 'offer' ? 0.12 : 0.08);
}

function tone(context: AudioContext, hertz: number, atS: number, loudness: number): void {
  const wave = context.createOscillator();
  const volume = context.createGain();
  wave.type = 'sine';
  wave.frequency.value = hertz;
  volume.gain.setValueAtTime(0, atS);
  volume.gain.linearRampToValueAtTime(loudness, atS + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, atS + 0.18);
  wave.connect(volume).connect(context.destination);
  wave.start(atS);
  wave.stop(atS + 0.2);
}

/**
 * Shows a desktop notification if its kind is chosen, it is permitted and the window is not in front; returns what
 * takes it away. `onClick` brings what it is about to the screen.
 */
export function notify(kind: Alert, title: string, body: string, tag: string, onClick: () => void = () => undefined): () => void {
  if (!preferences.notifications[kind] || !('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return () => undefined;
  const shown = new Notification(title, { body, tag });
  shown.onclick = () => {
    window.focus();
    shown.close();
    onClick();
  };
  return () => shown.close();
}
