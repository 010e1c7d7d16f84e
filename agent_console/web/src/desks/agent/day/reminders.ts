/** Says when a task of this agent comes due while the desk is open, with the way to its client. */

import { watch } from 'vue';
import { useRouter } from 'vue-router';
import { dueBy, dueKey, newlyDue } from '@/desks/agent/day/due';
import { nameOf, useDesk } from '@/desks/agent/desk';
import { text } from '@/i18n/text';
import { say } from '@/shell/notices';
import { chime, notify } from '@/sound/alerts';
import { second } from '@/time/now';

export function useReminders(): void {
  const desk = useDesk();
  const router = useRouter();
  let told: Set<string> | null = null;
  watch(
    [() => desk.desk?.tasks, second],
    ([tasks, now]) => {
      if (!tasks) return;
      const due = newlyDue(tasks, told, now);
      told = new Set([...(told ?? []), ...dueBy(tasks, now).map(dueKey)]);
      for (const { id, title, person } of due) {
        const words = text.t('person_card.day.task_due', { title });
        const open = person ? { label: text.t('person_card.day.open_person', { name: nameOf(person.name) }), run: () => void router.push({ name: 'desk', query: { person: person.id } }) } : undefined;
        say(words, 'plain', open);
        notify('reminder', words, person ? nameOf(person.name) : '', `task ${id}`, open?.run);
      }
      if (due.length) chime('reminder');
    },
    { immediate: true },
  );
}
