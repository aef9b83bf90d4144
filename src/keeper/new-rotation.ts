import type { Fingerprint } from '../core/brand.ts';
import type { WantedRotation } from '../core/plan-rotation.ts';
import { Secret } from '../core/secret.ts';
import { fingerprintOf, makeKey } from '../glpi/security-key.ts';

/** A new key in the place of `from`. Nothing is written yet. */
export function newRotation(from: Fingerprint): WantedRotation {
  const key = makeKey();
  return { from, to: fingerprintOf(key), key: new Secret(key) };
}
