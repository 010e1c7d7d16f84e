/** How an offer makes itself heard: two short tones, and a notification when the window is not looked at. */

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

/** Two rising tones for an offer, one low and soft for a message. */
export function chime(kind: 'offer' | 'message'): void {
  if (!preferences.sound || audio === null || audio.state !== 'running') return;
  const tones = kind === 'offer' ? [[660, 0], [880, 0.14]] as const : [[520, 0]] as const;
  for (const [hertz, delayS] of tones) tone(audio, hertz, audio.currentTime + delayS, kind === 'offer' ? 0.12 : 0.05);
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

/** Shows a desktop notification if it is permitted and the window is not in front; returns what takes it away. */
export function notify(title: string, body: string, tag: string): () => void {
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return () => undefined;
  const shown = new Notification(title, { body, tag });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
  return () => shown.close();
}
