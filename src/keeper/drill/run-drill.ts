import { join } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { absolutePath, gid, uid } from '../../core/brand.ts';
import { EXIT } from '../../core/exit-code.ts';
import { Failure } from '../../core/failure.ts';
import { findingsOf } from '../../core/findings.ts';
import { judge } from '../../core/judge.ts';
import { type Action, type Plan, plan } from '../../core/plan.ts';
import type { Judgement } from '../../core/verdict.ts';
import type { ApplyContext } from '../apply.ts';
import { lookAtVault, type VaultOpener } from '../look-at-vault.ts';
import { observe, type Pass, type VaultLook } from '../observe.ts';
import { putFile } from '../put-file.ts';
import { NOTHING_REMEMBERED } from '../remember.ts';
import { checkEscrow } from './check-escrow.ts';
import { checkRegistration } from './check-registration.ts';
import { compareWithLive } from './compare-with-live.ts';
import { type DrillReport, type Obstruction, obstruction } from './drill-report.ts';
import { scratchDirectory } from './scratch-directory.ts';

export interface DrillOrder {
  readonly settings: Settings;
  /** Opens the vault for looking. */
  readonly openVault: VaultOpener;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Proves that the vault would bring everything back: with an empty config directory of its own in the place of GLPI's, the
 * same observing, judging, planning and putting back as at the gate; then the key that came back is judged on the live
 * database, the escrow and the registration key are opened, and all is compared with what is live. GLPI's files and
 * database, and the vault, are only read. Where it is stopped or fails, the scratch directory goes all the same.
 *
 * @throws the reason of `signal`; Failure `file-write-failed` where there is no place for it
 */
export async function runDrill(order: DrillOrder): Promise<DrillReport> {
  using scratch = scratchDirectory();
  const settings: Settings = {
    ...order.settings,
    configDir: scratch.config,
    owner: { kind: 'fixed', uid: uid(process.geteuid?.() ?? 0), gid: gid(process.getegid?.() ?? 0) },
  };
  const found = await lookAtVault(order.openVault);
  // How the last one ended is no part of how this one does.
  const vault = { ...found, records: { ...found.records, drill: null, export: null } };
  const before = await look(order, settings, vault);
  const { judgement, planned } = before;
  const put = await putBack(planned, { ...order, settings }, before.pass, judgement);
  const after = await look(order, settings, vault);
  const obstructions = [...put.obstructions, ...judgeRestored(after, before)];
  const escrow = await checkEscrow(vault, after.pass.keyring);
  const registration = checkRegistration(vault.state);
  const live = compareWithLive(order.settings, put.files, after, escrow.entries);
  const { tested, opened, dead, movable, live: fingerprint } = after.judgement;
  const { generations } = vault.state.kind === 'ready' ? vault.state : { generations: [] };
  return {
    at: order.now().toISOString(),
    verdict: fingerprint === null ? null : after.judgement.verdict,
    fingerprint,
    generation: generations.at(-1)?.number ?? null,
    tested,
    opened,
    unreadable: [...dead, ...movable].map((each) => each.reference),
    files: live.files,
    escrow: escrow.counts,
    registration: registration.state,
    obstructions: [...obstructions, ...live.obstructions, ...escrow.obstructions, ...registration.obstructions],
    losses: live.losses,
  };
}

/** What is seen with the scratch directory in the place of GLPI's. */
export interface DrillLook {
  readonly pass: Pass;
  readonly judgement: Judgement;
  readonly planned: Plan;
}

async function look({ now, signal }: DrillOrder, settings: Settings, vault: VaultLook): Promise<DrillLook> {
  const pass = await observe({
    settings,
    stage: 'ask',
    depth: 'full',
    vault,
    memory: NOTHING_REMEMBERED,
    glpiRunning: null,
    wish: null,
    now,
    previous: null,
    signal,
  });
  const judgement = judge(pass.observation);
  return { pass, judgement, planned: plan(pass.observation, judgement, { rescue: 'ask' }) };
}

type PutAction = Extract<Action, { action: 'restore-file' | 'write-database-settings' }>;

async function putBack({ actions }: Plan, order: DrillOrder, pass: Pass, judgement: Judgement) {
  const { settings, now, signal } = order;
  const context: ApplyContext = {
    settings,
    pass,
    judgement,
    vault: null,
    reason: 'drill',
    registrationKey: null,
    tables: null,
    now,
    // What is put back lies in a place of the drill's own.
    alone: true,
    signal,
  };
  const files = new Map<PutAction['target'], string>();
  const obstructions: Obstruction[] = [];
  for (const action of actions) {
    if (action.action !== 'restore-file' && action.action !== 'write-database-settings') continue;
    signal.throwIfAborted();
    try {
      const path = absolutePath(join(settings.configDir, action.target));
      files.set(action.target, await putFile(action, context, path));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const { message, try: hint = '' } = error;
      obstructions.push(obstruction(EXIT.vault, { code: 'drill-files', target: action.target, message, try: hint }));
    }
  }
  return { files, obstructions };
}

/** Whether the key that came back is one to start GLPI with; what was in the way is said as the gate would say it. */
function judgeRestored(after: DrillLook, before: DrillLook): Obstruction[] {
  const { judgement, pass } = after;
  const { database, vault } = pass.observation;
  if (vault.kind === 'broken') {
    const { message, try: hint } = vault;
    return [obstruction(EXIT.vault, { code: 'drill-vault', target: 'vault', message, try: hint })];
  }
  if (database.kind === 'unreachable') {
    const target = `${database.address}/${database.schema}`;
    const message = `the database does not answer, so nothing is proven: ${database.message}`;
    return [
      obstruction(EXIT.databaseUnreachable, { code: 'drill-database', target, message, try: 'keykeeper status' }),
    ];
  }
  const sound = judgement.verdict === 'sound' || judgement.verdict === 'damaged' || judgement.verdict === 'mixed';
  if (sound || judgement.verdict === 'unproven') return [];
  const exitCode = judgement.elsewhere !== null || before.judgement.choice.kind === 'tie' ? EXIT.choose : EXIT.lost;
  const reason = findingsOf(before.pass.observation, before.judgement, before.planned.obstacle, 'vault').find(
    (each) => each.severity === 'error',
  );
  const message = reason?.message ?? 'the vault holds no key that could be put back';
  return [
    obstruction(exitCode, { code: 'drill-key', target: 'vault', message, try: reason?.try || 'keykeeper capture' }),
  ];
}
