/** The words of writing to a client first: English. */

export default {
  title: 'Write to {name}',
  way: 'How',
  chat_last: 'Chat of {site}, last used {when}',
  holder: '{name} has this conversation now.',
  by_phone: 'Nothing is written by telephone. To call them, use the number on their card.',
  continues: 'A conversation is open there: your text goes into it, in {queue}.',
  continued: 'The conversation with {name} was open already: your text goes into it.',
  nobody: '{name} cannot be written to now.',
  from: 'from {sender}',
  unusable: '{n} way that cannot be used now | {n} ways that cannot be used now',
  queue: 'Queue',
  text: 'Your message',
  hint: 'The conversation is yours at once, and takes room like any other.',
  over: '{n} character too many | {n} characters too many',
  send: 'Send',
  lose_ask: 'What you wrote is not sent and not kept.',
  lose_no: 'Go on writing',
  lose_yes: 'Throw it away',
  missing: { way: 'Choose how to write.', queue: 'Choose a queue.', words: 'Write the message first.', subject: 'Give the letter a subject first.', files_failed: 'A file could not be brought: try it again, or take it out.' },
};
