/** Cases and tasks on the card, where they are changed: Russian. */

import type { CaseWork } from '@/i18n/case-work';

export default {
  edit_case: 'Изменить заявку {n}',
  case_state: 'Состояние',
  open: 'открыта',
  pending: 'ждёт кого-то',
  closed: 'закрыта',
  public_status: 'Что сказано клиенту',
  owner: 'Ответственный',
  nobody: 'никто',
  case_closed: 'закрыта {day}',
  reopen_case: 'Открыть заявку {n} снова',
  closed_cases: 'Закрытые',
  nothing_closed: 'Закрытых нет.',
  history: 'Что изменялось',
  faster: '{name} успевает раньше. Сохранённое видно в истории ниже; ваше осталось здесь, повторное сохранение его заменит.',
  faster_plain: 'Кто-то успел раньше. Набранное осталось здесь; повторное сохранение заменит чужое.',
  edit_task: 'Изменить: {title}',
  if_no_answer: 'Только если клиент не ответит до этого времени',
  for_team: 'Для всех в этой очереди',
  whose: 'Чья задача',
  who_hint: 'Наберите имя.',
  nobody_called: 'Никого с таким именем нет.',
  done_tasks: 'Сделанные',
  undone: 'Всё-таки не выполнено: {title}',
  nothing_done: 'Пока ничего не выполнено.',
} as const satisfies CaseWork;
