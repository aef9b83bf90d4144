import type { Settings } from '../../config/settings.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { Finding } from '../../core/finding.ts';
import type { EscrowEntry } from '../../core/generation.ts';
import { GUARDED_FILES, type GuardedFile, KEY_FILE } from '../../core/guarded-set.ts';
import { newestFirst } from '../../core/history.ts';
import { referenceKey } from '../../core/reference-key.ts';
import { readGuardedSet } from '../../files/read-file.ts';
import { type DrilledFile, type Obstruction, obstruction } from './drill-report.ts';
import type { DrillLook } from './run-drill.ts';

export interface Comparison {
  readonly files: readonly DrilledFile[];
  readonly obstructions: readonly Obstruction[];
  readonly losses: readonly Finding[];
}

/**
 * Holds what came back against what is live now: files, key, sealed values, registration key.
 *
 * @param put where each file came from
 * @param escrow the newest that the vault holds
 */
export function compareWithLive(
  { configDir }: Settings,
  put: ReadonlyMap<GuardedFile, string>,
  after: DrillLook,
  escrow: readonly EscrowEntry[],
): Comparison {
  const live = readGuardedSet(configDir).files;
  const restored = after.pass.observation.files;
  const files: DrilledFile[] = [];
  const obstructions: Obstruction[] = [];
  const losses: Finding[] = [];
  for (const name of GUARDED_FILES) {
    const [there, here] = [live[name], restored[name]];
    const same = there.kind === 'regular' && here.kind === 'regular' && there.sha256 === here.sha256;
    if (here.kind === 'regular') {
      const comparison = same ? 'same' : there.kind === 'absent' ? 'absent' : 'changed';
      files.push({ name, size: here.size, from: put.get(name) ?? '', live: comparison });
    }
    if (there.kind === 'absent' || same) continue;
    if (name === KEY_FILE) obstructions.push(...otherKey(configDir, after));
    else losses.push(lossOf(`${configDir}/${name}`, `${name} as it is now is not in the vault`));
  }
  return { files, obstructions, losses: [...losses, ...lostValues(after, escrow), ...lostRegistration(after)] };
}

/** The live key is right, or another drill finding says what is wrong with the one that came back. */
function otherKey(configDir: string, { judgement }: DrillLook): Obstruction[] {
  if (judgement.live === null) return [];
  const message = `another key than the live one came back: ${judgement.live}`;
  const hint = 'keykeeper status: is the live key the right one? Then keykeeper capture';
  return [obstruction(EXIT.choose, { code: 'drill-key', target: `${configDir}/${KEY_FILE}`, message, try: hint })];
}

/** Values that a capture would keep now, and that the vault does not hold as they are. */
function lostValues({ pass }: DrillLook, escrow: readonly EscrowEntry[]): Finding[] {
  const held = new Map(escrow.map((each) => [referenceKey(each.reference), each.value]));
  const newer = (pass.database.escrow ?? []).filter((each) => held.get(referenceKey(each.reference)) !== each.value);
  if (newer.length === 0) return [];
  const text = newer.length === 1 ? 'a secret was written' : `${newer.length} secrets were written`;
  return [lossOf('database', `${text} since the last capture: only the database holds it as it is now`)];
}

function lostRegistration({ pass }: DrillLook): Finding[] {
  const { database, vault } = pass.observation;
  const live = database.kind === 'answers' ? database.registration : null;
  const registration = newestFirst(vault)[0]?.registration;
  const kept = registration?.kind === 'kept' ? registration.fingerprint : null;
  if (live === null || live === kept) return [];
  return [lossOf('registration key', 'the registration key that GLPI has now is not in the vault')];
}

function lossOf(target: string, message: string): Finding {
  return { code: 'drill-would-lose', severity: 'warning', target, message, try: 'keykeeper capture' };
}
