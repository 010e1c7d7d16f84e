export default {
  segments: 'Neler oldu, bölüm bölüm',
  no_segments: 'Henüz bir şey olmadı.',
  segment_kind: 'Bölüm',
  segment_from: 'Başlangıç',
  segment_lasted: 'Süre',
  segment_agent: 'Temsilci',
  segment_queue: 'Kuyruk',
  segment: { ivr: 'Menü', queue: 'Bekleme', alert: 'Teklif', talk: 'Konuşma', text: 'İşlemde', hold: 'Bekletme', wrap_up: 'Toparlama' },
} as const;
