import { Failure } from '../core/failure.ts';
import { list, Mismatch, nullable, object, text, time } from '../core/shape.ts';
import type { ValueChange } from '../glpi/database/database.ts';
import type { JsonValue, Vault } from '../vault/vault.ts';
import { referenceSchema } from './reference-schema.ts';

/** The rows as they were before the last rescue, and what it put there. */
export interface Undo {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly changes: readonly ValueChange[];
}

function undoSchema() {
  const reference = referenceSchema();
  const change = object({ reference, from: nullable(text()), to: text() });
  return object({ at: time(), changes: list(change) });
}

/** Keeps what a rescue is about to change: one rescue, the last, can be undone. @throws Failure `vault-…` */
export async function keepUndo(vault: Vault, at: string, changes: readonly ValueChange[]): Promise<void> {
  const entries = changes.map(({ reference, from, to }): JsonValue => ({ reference: { ...reference }, from, to }));
  await vault.keepRecord('rescue-undo', { at, changes: entries }, { confidential: true });
}

/**
 * What the last rescue changed; null where none is on record.
 *
 * @throws Failure `vault-identity-missing`, `vault-unreadable`
 */
export async function readUndo(vault: Vault): Promise<Undo | null> {
  const record = await vault.record('rescue-undo');
  if (record.kind === 'absent') return null;
  if (record.kind === 'sealed') {
    throw new Failure('vault-identity-missing', 'what the last rescue changed is encrypted, and no identity opens it', {
      target: 'record rescue-undo',
      try: 'set KEYKEEPER_AGE_IDENTITY_FILE to the file with the AGE-SECRET-KEY',
    });
  }
  const undo = record.kind === 'present' ? undoSchema()(record.value) : new Mismatch('');
  if (!(undo instanceof Mismatch)) return undo as Undo;
  throw new Failure('vault-unreadable', 'what the last rescue changed cannot be read', {
    target: 'record rescue-undo',
  });
}
