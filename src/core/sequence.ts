/**
 * What a list of many items can be asked. An array is one; so is a store that makes its items when they are asked for, since a
 * hundred thousand of them as objects would take more memory than all the rest. An item is then equal at each look, and
 * never the same object twice.
 */
export interface Sequence<T> extends Iterable<T> {
  readonly length: number;
  /** @param index negative: from the end */
  at(index: number): T | undefined;
  some(holds: (item: T) => boolean): boolean;
  every(holds: (item: T) => boolean): boolean;
  find(holds: (item: T) => boolean): T | undefined;
  filter(holds: (item: T) => boolean): readonly T[];
  map<U>(change: (item: T) => U): readonly U[];
}

/** A sequence whose items are made at each look. */
export abstract class MadeSequence<T> implements Sequence<T> {
  abstract readonly length: number;

  /** @param index of an item that is there */
  protected abstract make(index: number): T;

  at(index: number): T | undefined {
    const place = index < 0 ? this.length + index : index;
    return place >= 0 && place < this.length ? this.make(place) : undefined;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let index = 0; index < this.length; index += 1) yield this.make(index);
  }

  some(holds: (item: T) => boolean): boolean {
    return this.find(holds) !== undefined;
  }

  every(holds: (item: T) => boolean): boolean {
    return this.find((item) => !holds(item)) === undefined;
  }

  find(holds: (item: T) => boolean): T | undefined {
    for (let index = 0; index < this.length; index += 1) {
      const item = this.make(index);
      if (holds(item)) return item;
    }
    return undefined;
  }

  filter(holds: (item: T) => boolean): readonly T[] {
    const kept: T[] = [];
    for (let index = 0; index < this.length; index += 1) {
      const item = this.make(index);
      if (holds(item)) kept.push(item);
    }
    return kept;
  }

  map<U>(change: (item: T) => U): readonly U[] {
    return Array.from({ length: this.length }, (_, index) => change(this.make(index)));
  }
}
