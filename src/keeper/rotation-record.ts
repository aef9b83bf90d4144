import type { Fingerprint } from '../core/brand.ts';
import type { Rotation } from '../core/rotation.ts';
import { nullable, object, text, time } from '../core/shape.ts';
import type { Vault } from '../vault/vault.ts';
import { readRecords } from './read-records.ts';

/** The shape of the record `rotation`; made where there is one to read. */
export function rotationSchema() {
  const fingerprint = text({ pattern: /^[0-9a-f]{16}$/ });
  return object({
    from: fingerprint,
    to: fingerprint,
    at: time(),
    finishedAt: nullable(time()),
  });
}

/** Writes the journal, before the first row changes. @throws Failure `vault-…` */
export async function noteRotation(vault: Vault, rotation: Rotation): Promise<void> {
  await vault.keepRecord('rotation', { ...rotation }, { confidential: false });
}

/**
 * Notes that the rotation to this key is over, whatever became of it; another one's journal is left alone.
 *
 * @param at RFC 3339, UTC
 * @throws Failure `vault-…`
 */
export async function noteRotationEnd(vault: Vault, to: Fingerprint, at: string): Promise<void> {
  const { rotation } = (await readRecords(vault)).records;
  if (rotation === null || rotation.to !== to || rotation.finishedAt !== null) return;
  await noteRotation(vault, { ...rotation, finishedAt: at });
}
