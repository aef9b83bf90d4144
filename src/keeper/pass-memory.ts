import { hash } from 'node:crypto';
import type { Sha256 } from '../core/brand.ts';
import type { EscrowEntry } from '../core/generation.ts';
import type { Sequence } from '../core/sequence.ts';
import type { ValueEvidence } from '../core/value.ts';
import { TableMemory } from '../glpi/database/table-memory.ts';
import type { ValueHistory } from '../vault/vault.ts';
import { EscrowPlaces } from './escrow-places.ts';
import type { MergedEscrow } from './merge-escrow.ts';
import type { DatabaseLook } from './observe-database.ts';

/** The last result of some work, which the same circumstances give again. */
export class LastResult<T> {
  #circumstances: string | null = null;
  #result: T | null = null;

  async of(circumstances: string, work: () => T | Promise<T>): Promise<T> {
    if (this.#circumstances === circumstances && this.#result !== null) return this.#result;
    // Let go first: two results of a hundred thousand values each would be held at once.
    this.letGo();
    const result = await work();
    this.#circumstances = circumstances;
    this.#result = result;
    return result;
  }

  letGo(): void {
    this.#circumstances = null;
    this.#result = null;
  }
}

/** What the keys make of the values by themselves, and of which the vault could say more. */
export interface FirstEvidence {
  readonly evidence: Sequence<ValueEvidence>;
  /** Places, as map keys, about which the vault was asked. */
  readonly asked: ReadonlySet<string>;
}

/**
 * What one pass leaves to the next of the same reconcile: between the two passes that replacing a key waits for, nothing
 * has changed, and trying the keys on a hundred thousand values takes longer than reading them.
 */
export interface PassMemory {
  readonly tables: TableMemory;
  readonly evidence: LastResult<FirstEvidence>;
  /** The escrow of values that are all well. */
  readonly escrow: LastResult<MergedEscrow>;
  /** What the vault has for places that are not, the escrow with it, and what older escrows have for them. */
  readonly kept: LastResult<readonly EscrowEntry[]>;
  readonly merged: LastResult<MergedEscrow>;
  readonly past: LastResult<ValueHistory>;
  readonly escrowPlaces: EscrowPlaces;
  /** Rows were written: all that rests on the values as they were. The tables are each asked whether they changed. */
  letGo(): void;
}

export function passMemory(): PassMemory {
  const results = {
    evidence: new LastResult<FirstEvidence>(),
    escrow: new LastResult<MergedEscrow>(),
    kept: new LastResult<readonly EscrowEntry[]>(),
    merged: new LastResult<MergedEscrow>(),
    past: new LastResult<ValueHistory>(),
  };
  return {
    ...results,
    tables: new TableMemory(),
    escrowPlaces: new EscrowPlaces(),
    letGo() {
      for (const each of Object.values(results)) each.letGo();
    },
  };
}

/** All that evidence rests on: what was read, the keys in the order in which they are tried, and what they are tried with. */
export function circumstancesOf(
  digest: Sha256,
  version: string | null,
  { keyring, legacyKeys, accepted }: Pick<DatabaseLook, 'keyring' | 'legacyKeys' | 'accepted'>,
): string {
  const legacy = legacyKeys.map((each) => hash('sha256', each, 'hex'));
  return JSON.stringify([digest, version, [...keyring.keys.keys()], legacy, [...accepted]]);
}
