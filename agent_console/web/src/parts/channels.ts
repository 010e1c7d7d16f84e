/** What channels are to the eye. Pure. */

/** A message that somebody left on the telephone: it is heard, and nobody is on the line. */
export const isVoicemail = (channel: string): boolean => channel === 'voicemail';

/** Whether one talks there rather than writes. */
export const isCall = (channel: string): boolean => channel === 'sip' || channel === 'phone' || isVoicemail(channel);
