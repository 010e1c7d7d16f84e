/** The words of what stands beneath a message on occasion: Russian. */

import type { BubbleWords } from '@/i18n/bubble-words';

const words: BubbleWords = {
  again: 'Отправить снова',
  again_hint: 'Вернёт текст в поле вместе с файлами и получателями: проверьте и отправьте.',
  again_risk: 'Неизвестно, дошло ли сообщение. Если дошло, клиент получит его дважды.',
  again_replaces: 'Начатое письмо будет заменено этим.',
  again_yes: 'Вернуть в поле',
  again_no: 'Не надо',
  again_done: 'Отправлено снова в {time}.',
  closed_letter: 'Это разговор коллеги: открыть письмо может только он.',
  closed_files: 'Это разговор коллеги: открыть файлы может только он.',
  closed_both: 'Это разговор коллеги: открыть письмо и файлы может только он.',
};

export default words;
