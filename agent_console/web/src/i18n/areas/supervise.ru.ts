export default {
  segments: 'Что происходило, по отрезкам',
  no_segments: 'Пока ничего не произошло.',
  segment_kind: 'Отрезок',
  segment_from: 'С',
  segment_lasted: 'Длился',
  segment_agent: 'Оператор',
  segment_queue: 'Очередь',
  segment: { ivr: 'Меню', queue: 'Ожидание', alert: 'Предложение', talk: 'Разговор', text: 'В работе', hold: 'Удержание', wrap_up: 'Завершение' },
} as const;
