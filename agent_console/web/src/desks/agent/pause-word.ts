/** What a pause is called on everybody's screen: by the house's reasons of now, as the live desk knows them. */

import { useDesk } from '@/desks/agent/desk';
import { pauseNameOf } from '@/desks/agent/pauses';

/** The name of a reason's code in the reader's language; the console's own word where the house gave none. */
export const pauseWord = (code: string): string => pauseNameOf(code, useDesk().desk?.pauses ?? []);
