/** The words of what is due to clients in writing: English. */

export default {
  returns: 'back to the line in {time}',
  answer: 'answer due in {time}',
  resolution: 'to be closed in {time}',
  late: 'answer late by {time}',
  late_resolution: 'should be closed since {time}',
  short: 'due {time}',
  short_late: 'late {time}',
  short_returns: 'leaves {time}',
  title: 'What is due',
  warning: 'Answer {name}, or this goes back to the line.',
};
