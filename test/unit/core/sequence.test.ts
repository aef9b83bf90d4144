import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MadeSequence } from '../../../src/core/sequence.ts';

interface Item {
  readonly number: number;
}

class Items extends MadeSequence<Item> {
  readonly #numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    super();
    this.#numbers = numbers;
  }

  get length(): number {
    return this.#numbers.length;
  }

  protected make(index: number): Item {
    return { number: this.#numbers[index] as number };
  }
}

const isOdd = ({ number }: Item) => number % 2 === 1;

describe('a sequence whose items are made at each look', () => {
  it('answers what an array of the same items answers', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.integer({ min: -22, max: 20 }), (numbers, index) => {
        const [array, sequence] = [numbers.map((number) => ({ number })), new Items(numbers)];

        expect([...sequence]).toEqual(array);
        expect(sequence.length).toBe(array.length);
        expect(sequence.at(index)).toEqual(array.at(index));
        expect(sequence.some(isOdd)).toBe(array.some(isOdd));
        expect(sequence.every(isOdd)).toBe(array.every(isOdd));
        expect(sequence.find(isOdd)).toEqual(array.find(isOdd));
        expect(sequence.filter(isOdd)).toEqual(array.filter(isOdd));
        expect(sequence.map(({ number }) => number + 1)).toEqual(numbers.map((number) => number + 1));
      }),
    );
  });
});
