import { mode } from '../../core/brand.ts';
import { Failure } from '../../core/failure.ts';
import type { Generation, Proof } from '../../core/generation.ts';
import { DATABASE_FILE } from '../../core/guarded-set.ts';
import { keptFile } from '../../core/history.ts';
import { judge } from '../../core/judge.ts';
import type { DatabaseState, Observation } from '../../core/observation.ts';
import { counts, tally } from '../../core/tally.ts';
import type { Verdict } from '../../core/verdict.ts';
import { parseConfigDb } from '../../glpi/config-db.ts';
import { describeAddress } from '../describe-address.ts';
import { type Look, observe, type Pass } from '../observe.ts';
import { draftOfFound, imagined } from './found-draft.ts';
import type { Companion, FoundKey } from './found-keys.ts';

/** How many of how many values a key opens. */
export interface Opened {
  readonly opened: number;
  readonly of: number;
}

export interface KeyTest {
  readonly settings: Opened;
  readonly tokens: Opened;
  readonly proof: Proof | null;
  readonly verdict: Verdict;
}

export interface TestedKeys {
  /** With the found keys among the candidates, as if the vault held them, and nothing given up. */
  readonly pass: Pass;
  /** Null where there was no database to test on, or another instance's. */
  readonly test: (key: FoundKey) => KeyTest | null;
  /** What may be kept of the files that lay beside a key. */
  readonly companionsOf: (key: FoundKey) => readonly Companion[];
}

/**
 * Tries found keys, beside all that are known, on every sealed value of the live database. Values that were given up
 * are tried too: this may be the very key that they waited for.
 *
 * @param look of a full reading; its vault as it really is
 */
export async function testFoundKeys(keys: readonly FoundKey[], look: Look): Promise<TestedKeys> {
  const real = look.vault.state.kind === 'ready' ? look.vault.state.generations : [];
  const configs = differentConfigs(keys);
  // Asked only where nothing of the instance's own names a database: see chooseDatabase.
  const lone = configs.size === 1;
  const generations = keys.map((key) => imaginedOf(key, look, lone ? key.companions : legacyOnly(key)));
  const state = { kind: 'ready', generations: [...real, ...generations], damaged: [] } as const;
  const pass = await observe({ ...look, vault: { ...look.vault, state } });
  const { observation } = pass;
  const { elsewhere } = judge(observation);
  const answers = observation.database.kind === 'answers' && elsewhere === null ? observation.database : null;
  const test = (key: FoundKey) => (answers === null ? null : testOf(key, observation, answers));
  const nameless = configs.size <= 1 && !namesDatabase(look, observation, real);
  return {
    pass,
    test,
    companionsOf: (key) => {
      if (answers === null) return nameless ? key.companions : legacyOnly(key);
      if (test(key)?.proof == null) return legacyOnly(key);
      return key.companions.filter((each) => each.name !== DATABASE_FILE || namesThis(each, answers));
    },
  };
}

/** Whether anything of the instance's own says which database it uses. */
function namesDatabase({ settings }: Look, { files }: Observation, generations: readonly Generation[]): boolean {
  if (settings.database.kind === 'url' || settings.environmentDatabase !== null) return true;
  return files[DATABASE_FILE].kind !== 'absent' || generations.some((each) => keptFile(each, DATABASE_FILE) !== null);
}

function differentConfigs(keys: readonly FoundKey[]): ReadonlySet<string> {
  const configs = keys.flatMap((key) => key.companions.filter((each) => each.name === DATABASE_FILE));
  return new Set(configs.map((each) => each.content.reveal().toString('latin1')));
}

function imaginedOf(key: FoundKey, { settings }: Look, companions: readonly Companion[]): Generation {
  const content = { key, companions, proof: null, verdict: 'unproven', accepted: [] };
  const access = { uid: null, gid: null, newFileMode: mode(0o640) };
  return imagined(draftOfFound(content, settings.instance, null, access));
}

type Answers = DatabaseState & { readonly kind: 'answers' };

function testOf(key: FoundKey, observation: Observation, { values }: Answers): KeyTest {
  const { fingerprint } = key;
  const counted = values.filter(counts);
  const found = tally(counted, fingerprint);
  const settings = counted.filter((each) => each.class === 'setting').length;
  const live = { kind: 'well-formed', fingerprint, breaksGlpi11: false } as const;
  const { authenticates: opened, real } = found;
  return {
    settings: { opened: found.settings, of: settings },
    tokens: { opened: opened - found.settings, of: counted.length - settings },
    proof: real === 0 ? null : { tested: counted.length, opened, real, at: observation.at },
    verdict: judge({ ...observation, key: live }).verdict,
  };
}

/** The key of GLPI before 9.5 tells nothing of an instance, and may be what a garbled value needs. */
function legacyOnly({ companions }: FoundKey): Companion[] {
  return companions.filter((each) => each.name === 'glpi.key');
}

/** Whether a config_db.php names the very database that the key was tested on: any other is stale, or foreign. */
function namesThis({ content }: Companion, { identity }: Answers): boolean {
  try {
    const { hosts, schema } = parseConfigDb(content.reveal().toString('utf8'));
    return describeAddress(hosts) === identity.address && schema === identity.schema;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
