/** Calling a number by a click: the agent's phone rings first, then the client's. */

import { computed } from 'vue';
import { useRouter } from 'vue-router';
import * as api from '@/api/phone';
import type { Dial } from '@/generated/api';
import { text } from '@/i18n/text';
import { usePhone } from '@/phone/phone';
import { useSession } from '@/session/session';
import { say } from '@/shell/notices';

export function useDial() {
  const phone = usePhone();
  const session = useSession();
  const router = useRouter();

  /** Agents call, where there is telephony. */
  const canDial = computed(() => phone.choice?.telephony === true && session.user?.roles.includes('agent') === true);
  const isDialling = computed(() => phone.doing.has('dial'));

  async function dial(whom: Dial & { readonly number: string }): Promise<void> {
    const isBegun = await phone.act('dial', async () => {
      const call = await api.dial(whom, crypto.randomUUID());
      await router.push({ name: 'desk', query: { c: call.interaction_id } });
    });
    if (isBegun) say(text.t('phone.dialling', { number: whom.number }));
  }

  return { canDial, isDialling, dial };
}
