/** Commands and who carries them out: parts of the page offer to, keys and the palette ask. */

import { onMounted, onUnmounted } from 'vue';
import { type Command, commandOf, isTypedInto } from '@/shell/keys';

type Carry = () => void;

const carriers = new Map<Command, Carry[]>();

/** While this part is on the page, it carries these commands out; the part that came last goes first. */
export function useCommands(offered: Partial<Record<Command, Carry>>): void {
  const entries = Object.entries(offered) as [Command, Carry][];
  onMounted(() => {
    for (const [command, carry] of entries) carriers.set(command, [carry, ...(carriers.get(command) ?? [])]);
  });
  onUnmounted(() => {
    for (const [command, carry] of entries) carriers.set(command, (carriers.get(command) ?? []).filter((other) => other !== carry));
  });
}

/** Whether a part that is on the page now carries `name` out. */
export const isOffered = (name: Command): boolean => (carriers.get(name)?.length ?? 0) > 0;

/** Has `command` carried out; false when nobody on this page does. */
export function command(name: Command): boolean {
  const carry = carriers.get(name)?.[0];
  carry?.();
  return carry !== undefined;
}

/** Listens to the keyboard for as long as the calling part is on the page. */
export function useKeyboard(): void {
  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const name = commandOf(event, isTypedInto(event.target));
    if (name === null) return;
    // an open menu or dialog has the keyboard to itself
    if (document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"]')) return;
    if (command(name) && name !== 'escape') event.preventDefault();
  }
  onMounted(() => window.addEventListener('keydown', pressed));
  onUnmounted(() => window.removeEventListener('keydown', pressed));
}
