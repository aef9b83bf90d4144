import type { Observation } from '../core/observation.ts';
import { type RegistrationWrite, wasApplied, withWrite } from '../core/registration.ts';
import { list, nullable, object, oneOf, text, time } from '../core/shape.ts';
import type { Vault } from '../vault/vault.ts';
import { readRecords } from './read-records.ts';

/** The shape of the record `wishes`; made where there is one to read. */
export function registrationWrites() {
  return list(
    object({
      at: time(),
      why: oneOf('wish', 'restored', 'resealed', 'set', 'cleared'),
      fingerprint: nullable(text({ pattern: /^[0-9a-f]{16}$/ })),
    }),
  );
}

/**
 * Notes that the row was written, after it was. Killed before, the next run finds the row as it was wished and notes it
 * then; a row that was restored holds a key by that time, and asks for nothing.
 *
 * @throws Failure `vault-…`
 */
export async function noteRegistrationWrite(vault: Vault, write: RegistrationWrite): Promise<void> {
  const { registrationWrites: held } = (await readRecords(vault)).records;
  const writes = withWrite(held, write).map((each) => ({ ...each }));
  await vault.keepRecord('wishes', writes, { confidential: false });
}

/**
 * Notes a key of the settings as applied where it stands in the row, whoever wrote it.
 *
 * @throws Failure `vault-…`
 */
export async function noteAppliedWish(vault: Vault, { database, wish, records, at }: Observation): Promise<void> {
  if (wish?.kind !== 'setting' || database.kind !== 'answers' || database.registration !== wish.fingerprint) return;
  if (wasApplied(records.registrationWrites, wish.fingerprint)) return;
  await noteRegistrationWrite(vault, { at, why: 'wish', fingerprint: wish.fingerprint });
}
