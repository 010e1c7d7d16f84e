import { ref } from 'vue';

/** The sign of the window's tab while somebody is asked to answer: people look at tabs, not at titles alone. */

const USUAL = '/mark.svg';
const CALLED = '/mark-called.svg';
const reasons = new Set<string>();
/** The phone rings and has the keys of answering: an offer beside it does not show them. */
export const isRinging = ref(false);

/** Somebody waits for an answer on this page, for this reason, or does not any more. */
export function called(reason: 'offer' | 'ringing', isCalled: boolean): void {
  if (reason === 'ringing') isRinging.value = isCalled;
  if (isCalled) reasons.add(reason);
  else reasons.delete(reason);
  const sign = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = reasons.size ? CALLED : USUAL;
  if (sign && sign.getAttribute('href') !== href) sign.href = href;
}
