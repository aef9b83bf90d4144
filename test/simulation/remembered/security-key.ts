import type { Fingerprint } from '../../../src/core/brand.ts';
import * as product from '../../../src/glpi/security-key.ts';
import { Remembered } from '../machine/remember.ts';

/** Stands for the module of this name in the product: the same, remembered by key. */
export * from '../../../src/glpi/security-key.ts';

const fingerprints = new Remembered<Fingerprint>();
const inspected = new Remembered<ReturnType<typeof product.inspectKey>>();

export function fingerprintOf(key: Buffer): Fingerprint {
  return fingerprints.recall(key.toString('latin1'), () => product.fingerprintOf(key));
}

export function inspectKey(bytes: Buffer): ReturnType<typeof product.inspectKey> {
  return inspected.recall(bytes.toString('latin1'), () => product.inspectKey(bytes));
}
