import { Failure } from '../core/failure.ts';
import { newestFirst } from '../core/history.ts';
import type { ValueReference } from '../core/value.ts';
import { openValue, sealValue } from '../glpi/sealed-value.ts';
import type { ApplyContext } from './apply.ts';
import { draftOf } from './build-draft.ts';
import { CONNECT_TIMEOUT, chooseDatabase } from './choose-database.ts';
import { referenceKey } from './merge-escrow.ts';

/**
 * Seals anew, under the live key, the values that another known key opens. The old ciphertext is in the vault before
 * the first row changes; each row is guarded by its old value, all in one transaction. Killed before the commit nothing
 * has changed; after it, the next run finds the rows under the live key.
 *
 * @returns what was done, for a person
 */
export async function resealValues(references: readonly ValueReference[], context: ApplyContext): Promise<string> {
  const { pass, settings, judgement, vault } = context;
  const live = judgement.live;
  const key = live === null ? undefined : pass.keyring.keys.get(live);
  if (key === undefined || vault === null)
    throw new Failure('refused', 'values are sealed anew only with a live key and a vault that works');
  await vault.add(draftOf(pass, judgement, settings.instance, 'before-reseal', context.now().toISOString()));
  const choice = chooseDatabase(settings, pass.observation.files, newestFirst(pass.observation.vault));
  if (choice.kind !== 'target') throw new Failure('database-unreachable', 'no database is configured');
  const { openDatabase } = await import('../glpi/database/open-database.ts');
  const opened = await openDatabase(choice.target, { connectTimeout: CONNECT_TIMEOUT, signal: context.signal });
  if (opened.kind === 'unreachable') throw new Failure('database-unreachable', opened.message, { try: opened.try });
  await using database = opened.database;
  const wanted = new Set(references.map(referenceKey));
  const { values } = await database.readValues('full', pass.observation.records.places);
  const changes = values
    .filter((each) => wanted.has(referenceKey(each.reference)))
    .flatMap(({ reference, value }) => {
      const plaintext = openWithOthers(value, context);
      return plaintext === null ? [] : [{ reference, from: value, to: sealValue(plaintext, key) }];
    });
  await database.rewriteValues(changes);
  return `${changes.length} values sealed anew under the live key`;
}

function openWithOthers(value: string, { pass, judgement }: ApplyContext): Buffer | null {
  for (const [fingerprint, key] of pass.keyring.keys) {
    if (fingerprint === judgement.live) continue;
    const plaintext = openValue(value, key);
    if (plaintext !== null) return plaintext;
  }
  return null;
}
