import { describe, expect, it } from 'vitest';
import { followed, without } from '@/desks/admin/mail/unreadable-list';
import type { UnreadableLetterView, UnreadablePage } from '@/generated/api';

const at = (n: number): string => `2026-03-02T09:${String(n).padStart(2, '0')}:00Z`;
const letter = (n: number) => ({ id: `l${n}`, received_at: at(n) }) as UnreadableLetterView;
const page = (numbers: number[], next: string | null): UnreadablePage => ({ items: numbers.map(letter), next, to_handle: 9 });
const ids = (letters: readonly UnreadableLetterView[]): string[] => letters.map((one) => one.id);

describe('followed', () => {
  it('puts what came first and keeps what was looked at further down', () => {
    const listed = followed({ letters: [5, 4, 3, 2].map(letter), next: at(2) }, page([6, 5, 4], at(4)));
    expect(ids(listed.letters)).toEqual(['l6', 'l5', 'l4', 'l3', 'l2']);
    expect(listed.next).toBe(at(2));
  });

  it('drops what somebody else was done with', () => {
    const listed = followed({ letters: [5, 4, 3, 2].map(letter), next: null }, page([5, 3], at(3)));
    expect(ids(listed.letters)).toEqual(['l5', 'l3', 'l2']);
  });

  it('is what the hub says where the newest are all there are', () => {
    expect(ids(followed({ letters: [5, 4].map(letter), next: null }, page([4], null)).letters)).toEqual(['l4']);
    expect(followed({ letters: [letter(5)], next: null }, page([], null))).toEqual({ letters: [], next: null });
  });

  it('begins anew where so many came that the two do not meet', () => {
    const listed = followed({ letters: [3, 2].map(letter), next: at(2) }, page([9, 8], at(8)));
    expect(ids(listed.letters)).toEqual(['l9', 'l8']);
    expect(listed.next).toBe(at(8));
  });

  it('goes on where the newest end when nothing beneath was looked at', () => {
    expect(followed({ letters: [letter(4)], next: null }, page([5, 4], at(4))).next).toBe(at(4));
  });
});

describe('without', () => {
  it('leaves whoever was there at the next one, else at the one before', () => {
    const letters = [3, 2, 1].map(letter);
    expect(without(letters, 'l2').neighbour).toBe('l1');
    expect(without(letters, 'l1').neighbour).toBe('l2');
    expect(without([letter(1)], 'l1')).toEqual({ letters: [], neighbour: null });
  });
});
