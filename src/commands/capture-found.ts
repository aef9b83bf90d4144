import { resolve } from 'node:path';
import { absolutePath } from '../core/brand.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Finding } from '../core/finding.ts';
import type { Finds } from '../files/search/finds.ts';
import { searchPaths } from '../files/search/search.ts';
import { type CapturedFrom, captureFrom, type KeyReport } from '../keeper/backup/capture-from.ts';
import type { VaultOpener } from '../keeper/look-at-vault.ts';
import type { ResultDocument } from '../report/document.ts';
import type { CommandContext } from './command.ts';
import { nextStep } from './next-step.ts';
import type { FoundDetails, FoundEntry } from './print-found.ts';

/**
 * Looks for keys below the paths, tests them and keeps them.
 *
 * @param live what capturing the live instance itself gave: it comes first, and its actions stay in the result
 */
export async function captureFound(
  paths: readonly string[],
  live: ResultDocument,
  openVault: VaultOpener,
  context: CommandContext,
): Promise<ResultDocument> {
  const { settings, signal, options } = context;
  const dryRun = options.dryRun === true;
  const finds = await search(paths, context);
  const captured = await test(
    () => captureFrom({ settings, openVault, files: finds.files, dryRun, now: () => new Date(), signal }),
    context,
  );
  const next = nextStep(captured);
  const details: FoundDetails = {
    searched: { paths: paths.map((path) => resolve(path)), entries: finds.entries },
    keys: captured.keys.map(entryOf),
    next,
  };
  const { judgement } = captured;
  const unreadable = [...judgement.dead, ...judgement.movable].map((each) => each.reference);
  return {
    ...live,
    verdictAfter: judgement.verdict,
    exitCode: exitCodeOf(captured, live.exitCode),
    findings: [...summary(captured, next), ...finds.findings(), ...captured.findings],
    actions: [...live.actions, ...captured.keys.flatMap((report) => actionOf(report, dryRun))],
    canary: { tested: judgement.tested, opened: judgement.opened, unreadable },
    generation:
      captured.keys.reduce((newest, { generation }) => Math.max(newest, generation ?? 0), live.generation ?? 0) || null,
    details: { ...details },
  };
}

async function search(paths: readonly string[], { progress, signal }: CommandContext): Promise<Finds> {
  let finds: Finds | null = null;
  using _ = progress('looking for keys', () => (finds === null ? '' : describeProgress(finds)));
  return await searchPaths({
    paths: paths.map((path) => absolutePath(resolve(path))),
    signal,
    onStart: (started) => {
      finds = started;
    },
  });
}

function describeProgress({ entries, bytes, files }: Finds): string {
  const unfolded = bytes === 0 ? '' : `, ${Math.round(bytes / 1e6)} MB out of archives`;
  return `${entries} entries${unfolded}, ${files.length} files of interest`;
}

async function test(work: () => Promise<CapturedFrom>, { progress }: CommandContext): Promise<CapturedFrom> {
  using _ = progress('trying the keys on the database', () => 'every sealed value is read');
  return await work();
}

function entryOf({ key, test, known, generation }: KeyReport): FoundEntry {
  return {
    fingerprint: key.fingerprint,
    where: key.where,
    tested: test === null ? null : { settings: test.settings, tokens: test.tokens, proven: test.proof !== null },
    vault: known ? 'known' : 'new',
    generation,
  };
}

function actionOf({ key, known, generation }: KeyReport, dryRun: boolean): ResultDocument['actions'] {
  if (known) return [];
  const note =
    generation === null ? `keep key ${key.fingerprint}` : `key ${key.fingerprint} in generation ${generation}`;
  return [{ action: 'capture-from', target: key.where[0] ?? '', done: !dryRun && generation !== null, note }];
}

function exitCodeOf({ keys, judgement, observation, vaultFailed }: CapturedFrom, live: number): ExitCode {
  if (vaultFailed || live === EXIT.vault) return EXIT.vault;
  if (keys.length === 0) return EXIT.usage;
  if (judgement.elsewhere !== null) return EXIT.choose;
  if (observation.database.kind === 'unreachable') return EXIT.databaseUnreachable;
  return judgement.verdict === 'lost' ? EXIT.lost : EXIT.done;
}

/** What came of it, in a sentence; the table has the rest. */
function summary({ keys, judgement, observation }: CapturedFrom, next: string): Finding[] {
  const finding = (code: string, severity: Finding['severity'], message: string): Finding[] => [
    { code, severity, target: '', message, try: next },
  ];
  if (keys.length === 0) return finding('found-nothing', 'error', 'there is no key in what was searched');
  const fresh = keys.filter((each) => !each.known).length;
  const count = `${keys.length} distinct ${keys.length === 1 ? 'key was' : 'keys were'} found, ${fresh} of them new to the vault`;
  if (keys.every((each) => each.test === null)) {
    return finding('found-untested', 'warning', `${count}; there was no database to test them on`);
  }
  const opens = keys.filter(({ test }) => test !== null && test.settings.opened + test.tokens.opened > 0).length;
  if (opens === 0 && judgement.tested > 0 && observation.database.kind === 'answers') {
    return finding(
      'found-opens-nothing',
      'warning',
      `${count}; none opens any of the ${judgement.tested} sealed values`,
    );
  }
  return finding(
    'found-keys',
    'info',
    `${count}; ${opens} ${opens === 1 ? 'opens' : 'open'} sealed values of this database`,
  );
}
