import { accidentsAmong, isBadTime } from '../core/emptied.ts';
import type { EscrowEntry } from '../core/generation.ts';
import { PlaceSet, placesOf } from '../core/place-set.ts';
import type { Sequence } from '../core/sequence.ts';
import { countingAmong, weigh } from '../core/tally.ts';
import type { Opening, StoredValue, ValueEvidence, ValueReference } from '../core/value.ts';
import type { Database, Identification, ValuesRead } from '../glpi/database/database.ts';
import type { EvidenceContext } from '../glpi/evidence.ts';
import { assessInTurns } from './assess-in-turns.ts';
import { findEmptied, recallEmptied, recoveryOf } from './find-emptied.ts';
import { findPast, wantedOfPast } from './find-past.ts';
import { type MergedEscrow, mergeEscrow, referenceKey } from './merge-escrow.ts';
import type { DatabaseLook } from './observe-database.ts';
import { circumstancesOf, type FirstEvidence } from './pass-memory.ts';

export interface AssessmentInput {
  readonly database: Database;
  readonly read: ValuesRead;
  readonly found: Identification;
  readonly look: DatabaseLook;
}

/**
 * What the keys make of what was read, what is missing of what the vault keeps, and what the vault should keep now. The
 * escrow is null after a sample, and of a database of which only a part is there.
 */
export async function assessValues({ database, read, found, look }: AssessmentInput) {
  const { values: stored, coverage } = read;
  const { version } = found;
  const context = { version, legacyKeys: [...look.legacyKeys], accepted: look.accepted };
  const circumstances = circumstancesOf(read.digest, version, look);
  const first = await look.passMemory.evidence.of(circumstances, () => assessFirst(stored, look, context));
  const merge = () => look.passMemory.escrow.of(circumstances, () => mergeEscrow(stored, first.evidence, [], []));
  const withVault = JSON.stringify([circumstances, coverage, look.generations]);
  const kept = await look.passMemory.kept.of(withVault, () => readKept({ stored, first, coverage }, look, merge));
  const index = new Map(kept.map((entry) => [referenceKey(entry.reference), entry.value]));
  const values = await assessAgain(stored, first, index, look, context);
  const weight = weigh(values);
  const dead = weight.dead.filter(({ reference }) => index.has(referenceKey(reference)));
  const common = { values, kept, keptForDead: dead.map((each) => each.digest) };
  if (coverage === 'sample') return { ...common, escrow: null, emptied: await recallEmptied(database, look), past: [] };
  // Of a database that is only half there nothing says what was emptied, nor what is to be kept.
  if (found.partial) return { ...common, escrow: null, emptied: [], past: [] };
  const { emptied, others } = await findEmptied({ database, stored, kept, look, version });
  const counting = countingAmong(values);
  const accidents = accidentsAmong(emptied, look.circumstances, counting).map((each) => referenceKey(each.reference));
  const staying = isBadTime(look.circumstances, counting) ? [...accidents, ...others] : accidents;
  const { readHistory } = look;
  const history =
    readHistory === null ? null : await look.passMemory.past.of(withVault, () => readHistory(wantedOfPast(values)));
  const covered = new Set([...accidents, ...[...dead, ...weight.destroyed].map(keyOf)]);
  const past =
    history === null
      ? []
      : await findPast({ database, stored, values, covered, history, context: recoveryOf(look, version) });
  const untouched = kept.length === 0 && weight.text === values.length;
  const escrow = untouched
    ? await merge()
    : await look.passMemory.merged.of(JSON.stringify([withVault, staying]), () =>
        mergeEscrow(stored, values, kept, staying),
      );
  return { ...common, escrow, emptied, past };
}

/** What the keys say by themselves. */
async function assessFirst(
  stored: Sequence<StoredValue>,
  { keyring }: DatabaseLook,
  context: Omit<EvidenceContext, 'escrow'>,
): Promise<FirstEvidence> {
  const asked = new Set<string>();
  const escrow = (reference: ValueReference) => {
    asked.add(referenceKey(reference));
    return undefined;
  };
  return { evidence: await assessInTurns(stored, keyring.keys, { ...context, escrow }), asked };
}

interface FirstLook {
  readonly stored: Sequence<StoredValue>;
  readonly first: FirstEvidence;
  readonly coverage: ValuesRead['coverage'];
}

/**
 * What the vault's escrow has for places at which nothing real stands, where something differs from it: as long as all is
 * as it was, it need not be read.
 */
async function readKept(
  { stored, first: { evidence, asked }, coverage }: FirstLook,
  { escrowOf, readEscrow, passMemory }: DatabaseLook,
  merge: () => MergedEscrow | Promise<MergedEscrow>,
): Promise<readonly EscrowEntry[]> {
  if (escrowOf === null) return [];
  if (weigh(evidence).text === evidence.length) {
    if (coverage === 'sample') return [];
    const { digest } = await merge();
    if (digest === escrowOf.escrowDigest) {
      if (digest !== null) passMemory.escrowPlaces.remember(digest, evidence);
      return [];
    }
    // What the vault was asked about may still turn out to be none.
    if (asked.size === 0 && passMemory.escrowPlaces.are(escrowOf.escrowDigest, evidence)) return [];
  }
  const good = new PlaceSet();
  for (const { reference, opens } of evidence) {
    if (opens.some(isReal) && !(asked.size > 0 && asked.has(referenceKey(reference)))) good.add(reference);
  }
  // Of what a sample leaves out nothing is known.
  const read = coverage === 'sample' ? placesOf(stored) : null;
  return await readEscrow(escrowOf, (place) => !good.has(place) && read?.has(place) !== false);
}

/**
 * The evidence with what the vault knows: of a value that stands there as the vault has it, and of one that is plainly
 * good, nothing more can be said.
 */
async function assessAgain(
  stored: Sequence<StoredValue>,
  { evidence: first, asked }: FirstEvidence,
  kept: ReadonlyMap<string, string>,
  { keyring }: DatabaseLook,
  context: Omit<EvidenceContext, 'escrow'>,
): Promise<Sequence<ValueEvidence>> {
  if (asked.size === 0 || kept.size === 0) return first;
  const changed = stored.filter(({ reference, value }) => {
    const place = referenceKey(reference);
    const known = kept.get(place);
    return known !== undefined && known !== value && asked.has(place);
  });
  if (changed.length === 0) return first;
  const escrow: EvidenceContext['escrow'] = (reference) => kept.get(referenceKey(reference));
  const again = new Map(
    (await assessInTurns(changed, keyring.keys, { ...context, escrow })).map((each) => [keyOf(each), each]),
  );
  return first.map((each) => again.get(keyOf(each)) ?? each);
}

function isReal(opening: Opening): boolean {
  return opening.as === 'real';
}

function keyOf({ reference }: ValueEvidence): string {
  return referenceKey(reference);
}
