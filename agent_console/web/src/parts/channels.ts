/** What channels are to the eye. Pure. */

/** Whether one talks there rather than writes. */
export const isCall = (channel: string): boolean => channel === 'sip' || channel === 'phone';
