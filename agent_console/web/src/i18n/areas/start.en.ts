/** The words of writing to a client first: English. */

export default {
  title: 'Write to {name}',
  way: 'How',
  chat_last: 'Chat of {site}, last used {when}',
  holder: '{name} has this conversation now.',
  continues: 'A conversation is open there: your text goes into it, in {queue}.',
  continued: 'The conversation with {name} was open already: your text goes into it.',
  nobody: '{name} cannot be written to now.',
  queue: 'Queue',
  text: 'Your message',
  hint: 'The conversation is yours at once, and takes room like any other.',
  over: '{n} character too many | {n} characters too many',
  send: 'Send',
};
