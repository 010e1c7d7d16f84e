/** The parts of the manager's desk, in the order of its list. A further part is one more entry here. */

import type { DeskPart } from '@/shell/desks';

export const PARTS: readonly DeskPart[] = [
];
