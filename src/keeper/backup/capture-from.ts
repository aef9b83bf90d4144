import type { Settings } from '../../config/settings.ts';
import type { Sha256 } from '../../core/brand.ts';
import { Failure } from '../../core/failure.ts';
import type { Finding } from '../../core/finding.ts';
import { findingsOf } from '../../core/findings.ts';
import type { Generation } from '../../core/generation.ts';
import { DATABASE_FILE, KEY_FILE } from '../../core/guarded-set.ts';
import { FROM_BACKUP, keptFile, newestFirst } from '../../core/history.ts';
import { judge } from '../../core/judge.ts';
import type { Observation, VaultState } from '../../core/observation.ts';
import { type Obstacle, plan } from '../../core/plan.ts';
import type { Judgement } from '../../core/verdict.ts';
import type { FoundFile } from '../../files/search/finds.ts';
import { lookAtVault, type VaultOpener } from '../look-at-vault.ts';
import { vaultFinding } from '../vault-finding.ts';
import { draftOfFound, type FoundContent, imagined } from './found-draft.ts';
import { type FoundKey, keysAmong, legacyKeysAmong } from './found-keys.ts';
import { type KeyTest, type TestedKeys, testFoundKeys } from './test-found-keys.ts';

export interface CaptureFromRequest {
  readonly settings: Settings;
  readonly openVault: VaultOpener;
  /** What the search gave. */
  readonly files: readonly FoundFile[];
  readonly dryRun: boolean;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** One found key, how it fared, and where it is kept. */
export interface KeyReport {
  readonly key: FoundKey;
  readonly test: KeyTest | null;
  /** The vault held it before. */
  readonly known: boolean;
  /** The generation that holds it now; null with `--dry-run`, or where the vault could not take it. */
  readonly generation: number | null;
}

export interface CapturedFrom {
  /** The one that opens most comes first. */
  readonly keys: readonly KeyReport[];
  /** How the instance stands with the found keys among those that are known. */
  readonly observation: Observation;
  readonly judgement: Judgement;
  readonly obstacle: Obstacle | null;
  readonly findings: readonly Finding[];
  readonly vaultFailed: boolean;
}

/**
 * Keeps keys out of backups in the vault, after each was tested on the live database. GLPI's side is not touched. Killed
 * between two keys, the vault holds the first and not the second; the next run finds the first known and goes on.
 */
export async function captureFrom(request: CaptureFromRequest): Promise<CapturedFrom> {
  const { settings, files, now, signal } = request;
  const vault = await lookAtVault(request.openVault);
  const { keys, findings } = keysAmong(files);
  const memory = { trusted: null, files: {} };
  const fixed = { memory, glpiRunning: null, previous: null, wish: null } as const;
  const tested = await testFoundKeys(keys, { settings, stage: 'ask', depth: 'full', vault, now, signal, ...fixed });
  const kept = await keepKeys(request, keys, tested, newestFirst(vault.state));
  const observation = withVault(tested.pass.observation, vault.state, kept);
  const judgement = judge(observation);
  const { obstacle } = plan(observation, judgement, { rescue: settings.rescue });
  return {
    keys: kept.reports,
    observation,
    judgement,
    obstacle,
    findings: [
      ...findings,
      ...leftOut(kept.reports, tested),
      ...kept.failures,
      ...findingsOf(observation, judgement, obstacle, settings.configDir),
    ],
    vaultFailed: kept.failures.length > 0 || vault.vault === null,
  };
}

interface Kept {
  readonly reports: readonly KeyReport[];
  /** Newest first, the new ones among them. */
  readonly generations: readonly Generation[];
  readonly accepted: ReadonlySet<Sha256>;
  readonly failures: readonly Finding[];
}

/** The best key is kept last, so that the newest generation is the likeliest to be asked for. */
async function keepKeys(
  request: CaptureFromRequest,
  keys: readonly FoundKey[],
  tested: TestedKeys,
  generations: readonly Generation[],
): Promise<Kept> {
  const accepted = stillGivenUp(tested.pass.observation, generations[0]?.accepted ?? []);
  const written: Generation[] = [];
  const failures: Finding[] = [];
  const places = new Map<FoundKey, number | null>();
  const { access } = tested.pass.observation;
  async function keep(content: FoundContent): Promise<number | null> {
    if (failures.length > 0) return null;
    const newest = written.at(-1) ?? generations[0] ?? null;
    const draft = draftOfFound(content, request.settings.instance, newest, access);
    if (request.dryRun) {
      written.push(imagined(draft));
      return null;
    }
    try {
      const { generation } = await (await request.openVault()).add(draft);
      written.push(generation);
      return generation.number;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(vaultFinding(error, 'error'));
      return null;
    }
  }
  for (const legacy of legacyKeysAmong(request.files)) {
    if (holdsLegacy([...written, ...generations], legacy)) continue;
    const companions = [{ name: 'glpi.key', content: legacy.content }] as const;
    await keep({ key: null, companions, proof: null, verdict: 'unproven', accepted });
  }
  const order = [...keys].sort((a, b) => openedBy(tested.test(a)) - openedBy(tested.test(b)));
  for (const key of order) {
    const test = tested.test(key);
    const holder = holderOf(generations, key);
    if (holder !== null && !saysMore(holder, generations, test)) {
      places.set(key, holder.number);
      continue;
    }
    const companions = tested.companionsOf(key);
    const content = { key, companions, proof: test?.proof ?? null, verdict: test?.verdict ?? 'unproven', accepted };
    places.set(key, await keep(content));
  }
  const reports = [...order].reverse().map((key) => ({
    key,
    test: tested.test(key),
    known: holderOf(generations, key) !== null,
    generation: places.get(key) ?? null,
  }));
  const now = [...written].reverse();
  return { reports, generations: [...now, ...generations], accepted: new Set(accepted), failures };
}

function openedBy(test: KeyTest | null): number {
  return test === null ? 0 : test.settings.opened * 1e9 + test.tokens.opened;
}

function holderOf(generations: readonly Generation[], { fingerprint }: FoundKey): Generation | null {
  return generations.find((each) => each.fingerprint === fingerprint && keptFile(each, KEY_FILE) !== null) ?? null;
}

/** A key that an earlier search could not test is kept once more when it was. */
function saysMore(holder: Generation, generations: readonly Generation[], test: KeyTest | null): boolean {
  const own = generations.some((each) => each.fingerprint === holder.fingerprint && each.reason !== FROM_BACKUP);
  return !own && holder.verdict === 'unproven' && test !== null && test.verdict !== 'unproven';
}

function holdsLegacy(generations: readonly Generation[], { content }: FoundFile): boolean {
  const bytes = content.reveal();
  return generations.some((each) => keptFile(each, 'glpi.key')?.content?.reveal().equals(bytes) === true);
}

/** A value that a key opens after all is not given up any more. */
function stillGivenUp({ database }: Observation, accepted: readonly Sha256[]): Sha256[] {
  if (database.kind !== 'answers') return [...accepted];
  const opens = new Set(database.values.filter((each) => each.opens.length > 0).map((each) => each.digest));
  return accepted.filter((each) => !opens.has(each));
}

/** The observation as the next run will make it. */
function withVault(observation: Observation, before: VaultState, { generations, accepted }: Kept): Observation {
  const { database } = observation;
  const oldestFirst = [...generations].reverse();
  const vault: VaultState = before.kind === 'ready' ? { ...before, generations: oldestFirst } : before;
  if (database.kind !== 'answers') return { ...observation, vault };
  const values = database.values.filter((each) => !accepted.has(each.digest));
  return { ...observation, vault, database: { ...database, values } };
}

function leftOut(reports: readonly KeyReport[], tested: TestedKeys): Finding[] {
  return reports.flatMap(({ key, test }) => {
    const kept = tested.companionsOf(key);
    const config = key.companions.some((each) => each.name === DATABASE_FILE);
    if (!config || test?.proof == null || kept.some((each) => each.name === DATABASE_FILE)) return [];
    return [
      {
        code: 'found-other-database',
        severity: 'info',
        target: key.where[0] ?? '',
        message: `the ${DATABASE_FILE} beside this key names another database than the one that was asked: it was not kept`,
        try: '',
      },
    ];
  });
}
