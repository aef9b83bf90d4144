import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRESETS } from '../../../src/config/presets.ts';
import type { Settings } from '../../../src/config/settings.ts';
import { absolutePath, gid, uid } from '../../../src/core/brand.ts';
import type { Observation } from '../../../src/core/observation.ts';
import { Secret } from '../../../src/core/secret.ts';
import { formatConfigDb } from '../../../src/glpi/format-config-db.ts';
import { Keeper } from '../../../src/keeper/keeper.ts';
import type { VaultOpener } from '../../../src/keeper/look-at-vault.ts';
import { vaultOpener } from '../../../src/keeper/open-keeper.ts';
import { noPlatform } from '../../../src/platform/none.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';

/** An instance in temporary folders: config directory, vault, and settings that name a schema. */
export interface ScratchInstance extends Disposable {
  readonly configDir: string;
  readonly keyPath: string;
  readonly settings: Settings;
  /** A new keeper, as after a restart: it remembers nothing. */
  keeper(stage: Observation['stage'], changes?: Partial<Settings>): Keeper;
  readonly openVault: VaultOpener;
  put(name: string, content: Buffer | string, mode?: number): void;
  read(name: string): Buffer;
}

export function scratchInstance(
  mariadb: Mariadb | null,
  schema: string,
  changes: Partial<Settings> = {},
): ScratchInstance {
  const root = mkdtempSync(join(tmpdir(), 'keykeeper-instance-'));
  const configDir = join(root, 'config');
  mkdirSync(configDir);
  mkdirSync(join(root, 'vault'));
  const [preset] = PRESETS;
  if (preset === undefined) throw new Error('there are no presets');
  const settings: Settings = {
    configDir: absolutePath(configDir),
    vault: new URL(`file://${join(root, 'vault')}`),
    preset,
    instance: 'glpi',
    gate: 'enforce',
    database: mariadb === null ? { kind: 'none' } : { kind: 'auto' },
    environmentDatabase: null,
    databaseWait: 2_000,
    owner: { kind: 'fixed', uid: uid(process.getuid?.() ?? 0), gid: gid(process.getgid?.() ?? 0) },
    presetEvidence: 'a test names it',
    lock: null,
    rescue: 'auto',
    ageRecipients: [],
    ageIdentity: null,
    seed: null,
    platform: 'none',
    container: null,
    pod: null,
    terminationLog: absolutePath('/dev/termination-log'),
    registrationKey: null,
    registrationValidate: 'off',
    registrationUrl: null,
    caFile: null,
    varDir: absolutePath('/var/glpi/files'),
    drill: { kind: 'off' },
    export: { kind: 'off' },
    exportTo: null,
    http: { kind: 'off' },
    httpToken: null,
    settle: 50,
    interval: 60_000,
    logLevel: 'info',
    logFormat: 'text',
    ...changes,
  };
  const put = (name: string, content: Buffer | string, mode = 0o640) => {
    writeFileSync(join(configDir, name), content);
    chmodSync(join(configDir, name), mode);
  };
  if (mariadb !== null) put('config_db.php', configFor(mariadb, schema));
  const openVault = vaultOpener(settings, true);
  return {
    configDir,
    openVault,
    keyPath: join(configDir, 'glpicrypt.key'),
    settings,
    keeper: (stage, later = {}) => {
      const clock = { now: () => new Date(), monotonic: () => performance.now() };
      return new Keeper({ settings: { ...settings, ...later }, openVault, platform: noPlatform(), ...clock }, stage);
    },
    put,
    read: (name) => readFileSync(join(configDir, name)),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The config_db.php of a GLPI that uses this schema as root. */
export function configFor(mariadb: Mariadb, schema: string): string {
  const password = new Secret(mariadb.rootPassword);
  return formatConfigDb({ hosts: [mariadb.dbhost], user: 'root', password, schema, flags: {} }, '10.0.17');
}

export function schemaName(prefix: string): string {
  return `${prefix}_${randomBytes(4).toString('hex')}`;
}
