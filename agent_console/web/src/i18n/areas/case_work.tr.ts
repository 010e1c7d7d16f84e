/** Cases and tasks on the card, where they are changed: Turkish. */

import type { CaseWork } from '@/i18n/case-work';

export default {
  edit_case: '{n} numaralı talebi değiştir',
  case_state: 'Durum',
  open: 'açık',
  pending: 'birini bekliyor',
  closed: 'kapalı',
  public_status: 'Müşteriye söylenen',
  owner: 'Sorumlu',
  nobody: 'kimse',
  case_closed: '{day} kapatıldı',
  reopen_case: '{n} numaralı talebi yeniden aç',
  closed_cases: 'Kapalılar',
  nothing_closed: 'Kapalı talep yok.',
  history: 'Neler değişti',
  faster: '{name} sizden önce davrandı. Kaydedilen aşağıdaki geçmişte; yazdıklarınız burada duruyor, yeniden kaydetmek onunkinin yerine geçer.',
  faster_plain: 'Başka biri sizden önce davrandı. Yazdıklarınız burada duruyor; yeniden kaydetmek onunkinin yerine geçer.',
  edit_task: 'Değiştir: {title}',
  if_no_answer: 'Yalnızca müşteri o zamana dek yanıt vermezse',
  for_team: 'Bu kuyruktaki herkes için',
  whose: 'Kimin görevi',
  who_hint: 'Bir ad yazın.',
  nobody_called: 'Bu adda kimse yok.',
  done_tasks: 'Tamamlananlar',
  undone: 'Tamamlanmadı: {title}',
  nothing_done: 'Henüz tamamlanan yok.',
} as const satisfies CaseWork;
