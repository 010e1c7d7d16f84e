import { expect, it } from 'vitest';
import { editOf, formOf, tagsOf } from '@/desks/agent/card/card-edit';
import { card } from '@/live/samples';

const before = formOf(card({ name: 'Ольга', tags: ['VIP'], fields: { f1: '12' } }));

it('only what is different is sent, under the version that is shown', () => {
  expect(editOf(before, { ...before, name: ' Ayşe ', tier: 'gold', fields: { f1: '12', f2: 'true' } }, 7)).toEqual({
    version: 7, name: 'Ayşe', tier: 'gold', fields: { f2: 'true' },
  });
});

it('nothing new is nothing to send', () => {
  expect(editOf(before, { ...before, name: 'Ольга ', tags: ' VIP ,' }, 7)).toBeNull();
});

it('an emptied field and no organization are said as empty texts', () => {
  const held = { ...before, organizationId: 'o1' };
  expect(editOf(held, { ...held, organizationId: '', fields: { f1: '' } }, 2)).toEqual({ version: 2, organization_id: '', fields: { f1: '' } });
});

it('tags are what stands between commas', () => {
  expect(tagsOf('VIP, önemli ,, ')).toEqual(['VIP', 'önemli']);
});
