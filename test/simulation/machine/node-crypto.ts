import { theMachine } from './machine.ts';

/** Stands for `node:crypto` in the product's modules: the same, with random numbers that the seed reproduces. */
export * from 'node:crypto';

export function randomBytes(length: number): Buffer {
  return theMachine().random.bytes(length);
}

export function randomInt(least: number, most?: number): number {
  const [from, to] = most === undefined ? [0, least] : [least, most];
  return from + theMachine().random.below(to - from);
}

export function randomUUID(): string {
  const hex = theMachine().random.bytes(16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
