/** The words of records that may be one person, and of shared lines: Russian. */

import type { DoublesWords } from '@/i18n/doubles-page';

const words: DoublesWords = {
  hint: 'Система никого не объединяет сама. Посмотрите на обоих и решите, один ли это человек.',
  none: 'Никто ни на кого не похож, или вы уже решили обо всех.',
  looking: 'Просматриваем клиентов…',
  pair: '{one} и {other}',
  kept: 'Оставить это имя и карточку',
  which: 'Какая карточка останется',
  merge: 'Это один человек: объединить',
  apart: 'Это разные люди',
  merged: 'Объединены: {name}.',
  kept_apart: 'Больше не будут предложены.',
  undo: 'Отменить',
  undone: 'Отменено.',
  look: 'Открыть: {name}',
  no_address: 'Нет адресов',
  more: 'Искать дальше',
  reason: {
    shared_number: 'Оба называют этот номер своим',
    same_number: 'Тот же номер, записан иначе',
    same_name: 'То же имя',
    similar_name: 'Похожее имя',
    part_of_name: 'Часть имени',
    same_organization: 'Та же организация',
    same_mail_name: 'То же имя до {\'@\'} в почте',
  },
  lines: {
    title: 'Общие номера',
    hint: 'Номера, которые ничьи: коммутаторы, гостиницы, то, что оператор передаёт вместо скрытого номера. По ним никого не узнают, и они никогда не делают двух людей одним.',
    number: 'Номер',
    label: 'Что это',
    add: 'Добавить',
    remove: 'Удалить',
    by: 'Кто добавил',
    at: 'Когда',
    do: 'Действия',
    none: 'Пока нет. Добавьте номер, с которого звонят многие.',
  },
};

export default words;
