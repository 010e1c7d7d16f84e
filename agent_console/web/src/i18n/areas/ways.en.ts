/** The words of choosing the channel of a reply: English. */

export default {
  by: 'Reply by',
  elsewhere: 'Go on with them on',
  closed: '{way}: {why}',
  chars: 'up to {n} characters',
  files: 'files up to {size}',
  no_files: 'no files',
  away: 'Their page is closed: they see it when they come back.',
  until: 'Until {time} it can be answered here.',
  heard: 'last heard {time}',
  other: 'Send it by',
  other_hint: 'Puts the text into the field, on this channel. Nothing is sent yet.',
  refused: {
    account_off: 'The bot or mail account is switched off. An administrator can switch it on.',
    address_of_another: 'This address is another client’s now. What belongs to this conversation does not go there.',
    reply_window_over: 'The client must write here again first: this channel takes answers only for a day after their last message.',
    open_elsewhere: 'This conversation is open in another work already.',
  },
};
