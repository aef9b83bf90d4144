import { hash } from 'node:crypto';
import type { Sha256 } from '../core/brand.ts';
import type { ValueReference } from '../core/value.ts';

const DOMAIN = 'keykeeper/value/v1';

/**
 * Names a value at its place without showing it: SHA-256 over a domain prefix, table, column, id, JSON path ('' where
 * there is none) and the value as stored, each after a NUL, in UTF-8. Given-up values are kept under this name.
 */
export function valueDigest({ table, column, id, jsonPath }: ValueReference, value: string): Sha256 {
  return hash('sha256', `${DOMAIN}\0${table}\0${column}\0${id}\0${jsonPath ?? ''}\0${value}`, 'hex') as Sha256;
}
