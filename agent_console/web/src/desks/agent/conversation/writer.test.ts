import { expect, it } from 'vitest';
import { otherWriter, whoIs } from '@/desks/agent/conversation/writer';

const clara = { address: 'clara@client.example', name: 'Clara Field' };
const paul = { address: 'paul@partner.example', name: 'Paul Partner' };

it('the address stands beside the name', () => {
  expect([whoIs(paul), whoIs({ ...paul, name: '' })]).toEqual(['Paul Partner <paul@partner.example>', 'paul@partner.example']);
});
it('a letter of somebody else in the conversation says whose it is', () => {
  expect(otherWriter({ sender: paul }, [clara.address])).toBe('Paul Partner <paul@partner.example>');
  expect(otherWriter({ sender: { ...paul, name: clara.name } }, [clara.address])).toContain(paul.address);
});
it('the client is the client by any of their addresses, and by a form of ours', () => {
  expect(otherWriter({ sender: clara }, ['c@old.example', clara.address])).toBeNull();
  expect(otherWriter({ sender: paul, reply_to: [clara] }, [clara.address])).toBeNull();
  expect(otherWriter({ sender: paul, kind: 'own' }, [clara.address])).toBeNull();
});
it('while no address is known, nobody is called another', () => {
  expect([otherWriter({ sender: paul }, null), otherWriter({ sender: paul }, []), otherWriter(null, [clara.address])]).toEqual([null, null, null]);
});
