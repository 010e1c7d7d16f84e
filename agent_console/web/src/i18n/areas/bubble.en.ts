/** The words of what stands beneath a message on occasion: English. */

export default {
  again: 'Send again',
  again_hint: 'Puts it back into the field, with its files and recipients, to be looked at and sent.',
  again_risk: 'Nobody knows whether it arrived. If it did, the client gets it twice.',
  again_replaces: 'The letter that you have begun would be replaced by it.',
  again_yes: 'Put it into the field',
  again_no: 'Leave it',
  again_done: 'Sent again at {time}.',
  closed_letter: 'This conversation is not in your hands: its letter is not yours to open.',
  closed_files: 'This conversation is not in your hands: its files are not yours to open.',
  closed_both: 'This conversation is not in your hands: its letter and files are not yours to open.',
} as const;
