import { blankReceipt } from '../../../../src/core/receipt.ts';
import type { NO_RECORDS } from '../../../../src/core/records.ts';
import {
  answers,
  digestOf,
  IDENTITY,
  KEY_A,
  KEY_B,
  type Scene,
  silentDatabase,
  type ValueSpec,
  valuesOf,
  vaultOf,
} from '../../core/build-observation.ts';
import type { Firing } from './firing.ts';
import { AT, captured, healthyDatabase, instanceOf, PLACES, settingsWith } from './healthy-facts.ts';

const LONG_AGO = '2026-01-02T00:00:00Z';
const GOOD = { under: [KEY_A] };
const scene = (changes: Scene) => ({ instance: instanceOf(changes) });
const values = (...specs: ValueSpec[]) => scene({ database: healthyDatabase({ values: valuesOf(GOOD, ...specs) }) });
const records = (changes: Partial<typeof NO_RECORDS>) => ({ records: { ...healthyRecords(), ...changes } });

/** The vault's contents, the database, the keys, the network. */
export const FIRING_INSTANCE: readonly Firing[] = [
  {
    code: 'files-kept',
    on: 'a file that changed while no watch looks',
    level: 'warning',
    facts: () =>
      scene({ files: { 'local_define.php': '<?php' }, vault: vaultOf(captured({})), ...records({ presence: [] }) }),
    says: 'local_define.php',
  },
  {
    code: 'files-kept',
    on: 'a file that changed just now, beside a watch',
    level: 'advice',
    facts: () => scene({ files: { 'local_define.php': '<?php' }, vault: vaultOf(captured({})) }),
    says: 'local_define.php',
  },
  {
    code: 'escrow-current',
    on: 'secrets that were written since, beside a watch',
    level: 'advice',
    facts: () => scene({ database: healthyDatabase({ escrowDigest: digestOf('newer') }) }),
    says: 'escrow',
  },
  {
    code: 'escrow-current',
    on: 'secrets that were written since, and nobody watches',
    level: 'warning',
    facts: () =>
      scene({ database: healthyDatabase({ escrowDigest: digestOf('newer') }), ...records({ presence: [] }) }),
    says: 'last capture',
  },
  {
    code: 'watch-running',
    on: 'a vault in which no watch noted itself lately',
    level: 'warning',
    facts: () => scene(records({ presence: [{ host: 'gone', file: 'x', at: LONG_AGO }] })),
    says: LONG_AGO,
  },
  {
    code: 'vault-of-one',
    on: 'a second watch with another config directory',
    level: 'error',
    facts: () => scene(records({ presence: [{ host: 'other', file: 'another file', at: AT }] })),
    says: 'other, last noted',
  },
  {
    code: 'drill-passed',
    on: 'a drill that failed',
    level: 'error',
    facts: () => scene(records({ drill: failed() })),
    says: 'no key came back',
  },
  {
    code: 'copy-elsewhere',
    on: 'an export that failed',
    level: 'warning',
    facts: () => scene(records({ export: failed() })),
    says: 'no key came back',
  },
  {
    code: 'copy-elsewhere',
    on: 'exports onto the volume of the vault',
    level: 'warning',
    facts: () => ({ places: { ...PLACES, exportTo: PLACES.vault } }),
    says: 'same mount',
  },
  {
    code: 'copy-elsewhere',
    on: 'a vault of which no copy goes anywhere',
    level: 'advice',
    facts: async () => ({
      settings: await settingsWith({ KEYKEEPER_EXPORT: 'off' }),
      ...scene(records({ export: null })),
    }),
    says: 'one disk holds all',
  },
  {
    code: 'vault-encrypted',
    on: 'a vault without recipients',
    level: 'advice',
    facts: async () => ({ settings: await settingsWith({ KEYKEEPER_AGE_RECIPIENTS: '', KEYKEEPER_EXPORT: 'off' }) }),
    says: 'no age recipient',
  },
  {
    code: 'database-answers',
    on: 'a database that refuses',
    level: 'error',
    facts: () => scene({ database: silentDatabase() }),
    says: 'connection refused',
  },
  {
    code: 'database-answers',
    on: 'a database that hangs',
    level: 'error',
    facts: () => ({ instance: instanceOf({ database: { kind: 'deferred' } }, { late: 'no answer after 8 s' }) }),
    says: 'no answer after 8 s',
  },
  {
    code: 'database-is-glpi',
    on: 'a schema without tables beside a live key',
    level: 'error',
    facts: () => scene({ database: answers([], { glpi: false }) }),
    says: 'glpi_configs',
  },
  {
    code: 'database-is-ours',
    on: 'a copy beside the vault of production',
    level: 'error',
    facts: () => scene({ database: healthyDatabase({ identity: { ...IDENTITY, schema: 'staging' } }) }),
    says: 'staging',
  },
  {
    code: 'database-settings-agree',
    on: 'variables that name another host',
    level: 'warning',
    facts: async () => ({ settings: await settingsWith({ ...OTHER_HOST }) }),
    says: 'moved:3306 in the variables',
  },
  {
    code: 'database-settings-agree',
    on: 'variables that are set in part',
    level: 'advice',
    facts: async () => ({ settings: await settingsWith({ GLPI_DB_HOST: 'db' }) }),
    says: 'GLPI_DB_PASSWORD',
  },
  {
    code: 'secrets-open',
    on: 'a secret that no key opens, by table, column and id',
    level: 'warning',
    facts: () => values({}),
    says: 'glpi_authldaps.rootdn_passwd #2',
  },
  {
    code: 'secrets-sealed',
    on: 'a secret in clear',
    level: 'warning',
    facts: () => values({ shaped: false }),
    says: 'glpi_authldaps.rootdn_passwd #2',
  },
  {
    code: 'secrets-one-key',
    on: 'secrets under an older key',
    level: 'error',
    facts: () =>
      scene({
        vault: vaultOf(captured({}, { number: 1, key: KEY_B }), captured({}, { number: 2 })),
        database: healthyDatabase({ values: valuesOf(GOOD, { under: [KEY_B] }) }),
      }),
    says: 'another known key',
  },
  {
    code: 'secrets-ungarbled',
    on: 'a secret that GLPI garbled',
    level: 'warning',
    facts: () => values({ under: [KEY_A], as: 'garbled', better: 'inverse' }),
    says: 'glpi_authldaps.rootdn_passwd #2',
  },
  {
    code: 'secrets-there',
    on: 'a secret that vanished in a bad time',
    level: 'warning',
    facts: () => {
      const reference = { table: 'glpi_mailcollectors', column: 'passwd', id: 7 };
      const emptied = [{ reference, digest: digestOf('x'), under: KEY_A }];
      const chronicle = [{ at: AT, verdict: 'wrong', fingerprint: KEY_B } as const];
      return scene({ database: healthyDatabase({ emptied }), ...records({ chronicle }) });
    },
    says: 'glpi_mailcollectors.passwd #7',
  },
  {
    code: 'key-fits',
    on: 'a key that opens nothing',
    level: 'error',
    facts: () => scene({ database: answers(valuesOf({})) }),
    says: 'security:change_key',
  },
  {
    code: 'key-fits',
    on: 'a key file that is missing, and that the vault has',
    level: 'error',
    facts: () => scene({ key: 'absent' }),
    says: 'missing',
  },
  {
    code: 'key-fits',
    on: 'a key written as hexadecimal text',
    level: 'error',
    facts: () => scene({ key: { text: 'ab'.repeat(32), looksLike: 'hex' } }),
    says: 'hexadecimal',
  },
  {
    code: 'key-proven',
    on: 'a database that is never asked',
    level: 'advice',
    facts: () => scene({ database: { kind: 'none' } }),
    says: 'KEYKEEPER_DATABASE is none',
  },
  {
    code: 'key-boots-glpi-11',
    on: 'a %…% pattern under GLPI 11',
    level: 'error',
    facts: () => scene({ breaksGlpi11: true }),
    says: 'GLPI 11.0.6',
  },
  {
    code: 'key-boots-glpi-11',
    on: 'a %…% pattern before the update to GLPI 11',
    level: 'advice',
    facts: () => scene({ breaksGlpi11: true, database: healthyDatabase({ version: '10.0.17' }) }),
    says: 'would not boot',
  },
  {
    code: 'registration-row',
    on: 'a registration key that does not open',
    level: 'warning',
    facts: () => scene({ database: healthyDatabase({ registrationRow: { kind: 'closed', ours: false } }) }),
    says: 'glpinetwork_registration_key',
  },
  {
    code: 'registration-valid',
    on: 'a registration key that was refused',
    level: 'warning',
    facts: () => scene(records({ receipts: [refused()] })),
    says: 'it is refused',
  },
];

const OTHER_HOST = {
  GLPI_DB_HOST: 'moved',
  GLPI_DB_PORT: '3306',
  GLPI_DB_NAME: 'glpi11',
  GLPI_DB_USER: 'glpi',
  GLPI_DB_PASSWORD: 'x',
};

function healthyRecords() {
  return instanceOf().result.after.pass.observation.records;
}

function failed() {
  const last = { at: AT, success: false, message: 'no key came back' };
  return { attemptedAt: AT, succeededAt: null, last };
}

function refused() {
  const cause = { code: 'key-invalid', message: 'it is refused', try: 'enter another' };
  const answer = { at: AT, verdict: 'invalid', cause, message: null, owner: null, title: null, endDate: null } as const;
  return { ...blankReceipt(KEY_A), answer: { ...answer, clockSkew: null } };
}
