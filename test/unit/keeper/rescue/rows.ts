import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Fingerprint } from '../../../../src/core/brand.ts';
import { judge } from '../../../../src/core/judge.ts';
import { planRescue, type RescuePlan } from '../../../../src/core/plan-rescue.ts';
import { NO_RECORDS } from '../../../../src/core/records.ts';
import { referenceKey } from '../../../../src/core/reference-key.ts';
import type { StoredValue, ValueReference } from '../../../../src/core/value.ts';
import type { ValueChange } from '../../../../src/glpi/database/database.ts';
import { assess } from '../../../../src/glpi/evidence.ts';
import { KeyRing } from '../../../../src/glpi/key-ring.ts';
import { LEGACY_CONSTANT } from '../../../../src/glpi/legacy.ts';
import { openReal } from '../../../../src/glpi/open-real.ts';
import { openValue, sealWithNonce } from '../../../../src/glpi/sealed-value.ts';
import { fingerprintOf } from '../../../../src/glpi/security-key.ts';
import { valueDigest } from '../../../../src/glpi/value-digest.ts';
import { ValueSealer } from '../../../../src/glpi/value-sealer.ts';
import { rescueChanges } from '../../../../src/keeper/rescue-changes.ts';
import { answers, generation, observe, vaultOf } from '../../core/build-observation.ts';
import { garbleAs } from '../../glpi/glpi-legacy-twin.ts';

export const LIVE = randomBytes(32);
const [OLD, NOBODYS] = [randomBytes(32), randomBytes(32)];
const KEYS = new Map<Fingerprint, Buffer>([LIVE, OLD].map((key) => [fingerprintOf(key), key]));
const recovery = () => ({ ring: new KeyRing(KEYS), legacyKeys: [LEGACY_CONSTANT], version: '11.0.6' });

export const seal = (text: string | Buffer, key = LIVE) => sealWithNonce(Buffer.from(text), key, randomBytes(24));
const garble = (value: string) => garbleAs('11.0.6', value, LEGACY_CONSTANT);

export const FATES = ['old', 'garbled', 'shown', 'wiped', 'emptied', 'dead', 'typed'] as const;

/** A row as the vault knew it, and what befell it since, one thing after the other. */
export interface Story {
  readonly kept: boolean;
  readonly fates: readonly (typeof FATES)[number][];
}

export const stories = fc.array(
  fc.record({ kept: fc.boolean(), fates: fc.array(fc.constantFrom(...FATES), { maxLength: 3 }) }),
  { minLength: 1, maxLength: 8 },
);

/** One step further into misery, or out of it. */
function strike(value: string | null, fate: (typeof FATES)[number]): string | null {
  if (fate === 'typed') return seal('typed in since');
  if (fate === 'wiped') return seal('');
  if (fate === 'emptied') return null;
  if (value === null) return value;
  if (fate === 'dead') return seal('whatever', NOBODYS);
  if (fate === 'shown') return seal(value);
  if (fate === 'garbled') return seal(garble(value));
  const opened = new KeyRing(KEYS).open(value);
  return opened === null ? value : seal(opened.plaintext, OLD);
}

/**
 * What a rescue owes: the secret's text; null for one that nothing brings back; `rubbish` where GLPI sealed what opens
 * under no known key, of which nobody can tell that it is none.
 */
export function owed({ kept, fates }: Story, secret: string): string | null | 'rubbish' {
  let state: { readonly text: string } | 'empty' | 'sealed-empty' | 'dead' | 'rubbish' = { text: secret };
  for (const fate of fates) {
    if (fate === 'typed') state = { text: 'typed in since' };
    else if (fate === 'wiped') state = 'sealed-empty';
    else if (fate === 'emptied') state = 'empty';
    else if (state !== 'empty' && fate === 'dead') state = 'dead';
    else if (state === 'dead' && fate !== 'old') state = 'rubbish';
  }
  if (typeof state === 'object') return state.text;
  if (state === 'rubbish') return 'rubbish';
  return kept && state !== 'dead' ? secret : null;
}

/** Rows in memory, with the vault's escrow beside them. */
export class Rows {
  readonly cells = new Map<string, string | null>();
  readonly references = new Map<string, ValueReference>();
  readonly kept = new Map<string, string>();

  constructor(told: readonly Story[]) {
    // One that nothing happens to: it tells which key is right.
    for (const [index, { kept, fates }] of [...told, { kept: true, fates: [] }].entries()) {
      const reference = { table: 'glpi_mailcollectors', column: 'passwd', id: index + 1 };
      const key = referenceKey(reference);
      const before = seal(`secret ${index}`);
      this.references.set(key, reference);
      if (kept) this.kept.set(key, before);
      this.cells.set(key, fates.reduce(strike, before as string | null));
    }
  }

  plan(older = false): RescuePlan {
    const escrow = (each: ValueReference) => this.kept.get(referenceKey(each));
    const context = { version: '11.0.6', legacyKeys: [LEGACY_CONSTANT], accepted: new Set<never>(), escrow };
    const values = [...assess(this.#stored(), KEYS, context)];
    const emptied = [...this.references].flatMap(([key, reference]) => {
      const opened = openReal(this.kept.get(key) ?? '', recovery());
      if (this.cells.get(key) !== null || opened === null) return [];
      return [{ reference, digest: valueDigest(reference, ''), under: opened.fingerprint }];
    });
    const dead = values.filter((each) => each.opens.length === 0 && escrow(each.reference) !== undefined);
    const keptForDead = dead.map((each) => each.digest);
    const chronicle = [{ at: '2026-01-09T23:00:00Z', verdict: 'missing', fingerprint: null }] as const;
    const vault = vaultOf(generation(1, { key: fingerprintOf(OLD) }), generation(2, { key: fingerprintOf(LIVE) }));
    const records = { ...NO_RECORDS, chronicle };
    const database = answers(values, { emptied, keptForDead });
    const observation = observe({ key: fingerprintOf(LIVE), vault, records, database });
    return planRescue(observation, judge(observation), { older });
  }

  changes(steps: RescuePlan['steps']): ValueChange[] {
    const kept = (reference: ValueReference) => this.kept.get(referenceKey(reference)) ?? [];
    return rescueChanges(steps, {
      standing: this.cells,
      kept: (reference) => [kept(reference)].flat(),
      recovery: recovery(),
      live: { fingerprint: fingerprintOf(LIVE), sealer: new ValueSealer(LIVE) },
    });
  }

  /** As the database does it: each row guarded by its old value, all or none. */
  write(changes: readonly ValueChange[]): void {
    for (const { reference, from } of changes) {
      if (this.cells.get(referenceKey(reference)) !== from) throw new Error('rows-changed');
    }
    for (const { reference, to } of changes) this.cells.set(referenceKey(reference), to);
  }

  /** What a person would read in GLPI, or could have with the keys at hand; null where that is nothing real. */
  readable(key: string, keys: 'live' | 'all'): string | null {
    const cell = this.cells.get(key) ?? null;
    if (cell === null) return null;
    if (keys === 'all') return openReal(cell, recovery())?.plaintext.toString('latin1') ?? null;
    const plaintext = openValue(cell, LIVE);
    return plaintext === null || openReal(cell, recovery()) === null ? null : plaintext.toString('latin1');
  }

  #stored(): StoredValue[] {
    return [...this.references].flatMap(([key, reference]) => {
      const value = this.cells.get(key) ?? null;
      return value === null ? [] : [{ reference, class: 'setting', sealedColumn: true, value } as const];
    });
  }
}
