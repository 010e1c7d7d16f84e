export default {
  segments: 'What happened, in segments',
  no_segments: 'Nothing has happened yet.',
  segment_kind: 'Segment',
  segment_from: 'From',
  segment_lasted: 'Lasted',
  segment_agent: 'Agent',
  segment_queue: 'Queue',
  segment: { ivr: 'Menu', queue: 'Waiting', alert: 'Being offered', talk: 'Talking', text: 'In hand', hold: 'On hold', wrap_up: 'Wrap-up' },
} as const;
