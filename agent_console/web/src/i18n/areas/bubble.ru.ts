/** The words of what stands beneath a message on occasion: Russian. */

import type { BubbleWords } from '@/i18n/bubble-words';

const words: BubbleWords = {
  again: 'Отправить снова',
  again_hint: 'Вернёт текст в поле вместе с файлами и получателями: проверьте и отправьте.',
  again_risk: 'Неизвестно, дошло ли сообщение. Если дошло, клиент получит его дважды.',
  again_replaces: 'Это заменило бы начатое вами письмо.',
  again_yes: 'Вернуть в поле',
  again_no: 'Не надо',
  again_done: 'Отправлено снова в {time}.',
  closed_letter: 'Этот разговор сейчас не у вас: открыть письмо может тот, кто его ведёт.',
  closed_files: 'Этот разговор сейчас не у вас: открыть файлы может тот, кто его ведёт.',
  closed_both: 'Этот разговор сейчас не у вас: открыть письмо и файлы может тот, кто его ведёт.',
};

export default words;
