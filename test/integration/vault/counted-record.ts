import type { JsonValue } from '../../../src/vault/vault.ts';

/** A record that tells its count in every part: half of one and half of another would not agree. */
export function recordOf(count: number): JsonValue {
  return Array.from({ length: 2_000 }, () => count);
}

/** @throws where the value is not one whole {@link recordOf} */
export function countOf(value: unknown): number {
  const counts = new Set(Array.isArray(value) && value.length === 2_000 ? value : []);
  const [count] = counts;
  if (counts.size !== 1 || typeof count !== 'number') throw new Error('the record is not whole');
  return count;
}
