/** The channel of a reply: chosen for what is being written; the next one goes where the client was heard last. */
import { computed, ref, watch, type ComputedRef } from 'vue';

export interface ReplyChannel {
  channel: ComputedRef<string>;
  /** Somebody chose it: it stays until the client is heard on another one. */
  pick: (name: string) => void;
  /** What is written now goes by `name`, whatever comes meanwhile. */
  hold: (name: string) => void;
  /** It went out. */
  sent: () => void;
}

/** `channels`: where the client was heard last first; `isWriting`: something stands in the field. */
export function useReplyChannel(channels: () => readonly string[], isWriting: () => boolean): ReplyChannel {
  const chosen = ref('');
  let isPicked = false;
  const channel = computed(() => (channels().includes(chosen.value) ? chosen.value : (channels()[0] ?? '')));

  function pick(name: string): void {
    chosen.value = name;
    isPicked = name !== '';
  }

  watch(() => channels()[0], () => {
    if (!isWriting()) pick('');
  });

  return {
    channel,
    pick,
    hold: (name) => void (chosen.value = name),
    sent: () => {
      if (!isPicked) chosen.value = '';
    },
  };
}
