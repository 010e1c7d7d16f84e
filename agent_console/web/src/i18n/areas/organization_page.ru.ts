/** The words of organizations, which are loaded with their page: Russian. */

import type { OrganizationWords } from '@/i18n/organization-page';

const words: OrganizationWords = {
  search: 'Найти по названию',
  none_found: 'Организации с таким названием нет.',
  none: 'Организаций пока нет. Укажите организацию на карточке клиента или загрузите их из файла.',
  from_file: 'Из файла',
  to_file: 'В файл',
  name: 'Название',
  members: 'Клиенты',
  back: 'Все организации',
  clients: 'Клиенты',
  nobody_yet: 'Клиентов у неё пока нет.',
  no_clients: 'Ни один её клиент вам не виден.',
  about: 'Сведения',
  note: 'Заметка',
  no_note: 'Заметки нет.',
  domain: 'Домен',
  domain_hint: 'например acme.ru: сайта или почтовых адресов',
  phone: 'Телефон',
  tags: 'Метки',
  edit: 'Изменить',
  save: 'Сохранить',
  saved: 'Сохранено.',
  cases: 'Открытые заявки',
  no_cases: 'Открытых нет.',
  tasks: 'Открытые задачи',
  no_tasks: 'Делать нечего.',
  latest: 'Последние разговоры',
  no_latest: 'Разговоров пока не было.',
  owner: 'у {name}',
  due: 'срок {day}',
  reach: 'Клиенты, заявки, задачи и разговоры показаны в пределах видимых вам клиентов.',
};

export default words;
