/** The words of what is due to clients in writing: Turkish. */

import type { Clocks } from '@/i18n/clock-words';

const words: Clocks = {
  returns: '{time} sonra kuyruğa döner',
  answer: 'yanıt süresi {time}',
  resolution: 'kapatma süresi {time}',
  late: 'yanıt {time} gecikti',
  late_resolution: '{time} önce kapanmalıydı',
  short: 'kalan {time}',
  short_late: 'gecikme {time}',
  short_returns: 'gider {time}',
  title: 'Süreler',
  warning: 'Yanıt verin: {name}. Yoksa bu iş kuyruğa döner.',
};

export default words;
