/** What fits into a message, by channel: asked for once. */

import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { replyLimits } from '@/api/talk';
import { Refusal } from '@/api/http';
import type { ReplyLimits } from '@/generated/api';

export const useReplyLimits = defineStore('reply-limits', () => {
  const limits = shallowRef<ReadonlyMap<string, ReplyLimits>>(new Map());
  let isAsked = false;

  async function load(): Promise<void> {
    if (isAsked) return;
    isAsked = true;
    try {
      limits.value = new Map((await replyLimits()).items.map((item) => [item.channel, item]));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // without them the hub decides
      isAsked = false;
    }
  }

  return { limits, load };
});
