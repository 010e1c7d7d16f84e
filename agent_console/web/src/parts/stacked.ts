/** A table that is read as cards on a phone: each cell says its column, and a screen reader still hears a table. */

import type { Directive } from 'vue';

const ROLES: Readonly<Record<string, string>> = { TABLE: 'table', THEAD: 'rowgroup', TBODY: 'rowgroup', TR: 'row', TD: 'cell' };

/** What a column is called, without its formula; nothing where only a screen reader is told, as over buttons. */
const wordsOf = (head: Element): string => {
  if (head.querySelector('.unseen')) return '';
  const named = [...head.childNodes].filter((node) => !(node instanceof Element && node.classList.contains('formula')));
  return named.map((node) => (node.nodeType === Node.COMMENT_NODE ? '' : node.textContent)).join('').trim();
};

/** Cells drawn as blocks lose their roles in some browsers, so the roles are said. */
function tell(table: HTMLTableElement): void {
  const words = [...(table.tHead?.rows[0]?.cells ?? [])].map(wordsOf);
  for (const part of [table, ...table.querySelectorAll('thead, tbody, tr, th, td')]) {
    const role = part.tagName === 'TH' ? (part.getAttribute('scope') === 'row' ? 'rowheader' : 'columnheader') : ROLES[part.tagName];
    if (role && part.getAttribute('role') !== role) part.setAttribute('role', role);
  }
  for (const body of table.tBodies)
    for (const row of body.rows)
      for (const cell of row.cells) {
        const word = words[cell.cellIndex] ?? '';
        if (cell.dataset.label !== word) cell.dataset.label = word;
      }
}

/** `v-stacked` on a `table.grid`; the looks of it stand in `look/tables.css`. */
export const vStacked: Directive<HTMLTableElement> = {
  mounted: (table) => {
    table.classList.add('stacked');
    tell(table);
  },
  updated: (table) => {
    table.classList.add('stacked');
    tell(table);
  },
};
