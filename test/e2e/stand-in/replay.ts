import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { type CommandResult, console, execute, type StandInVersion } from '../../stand-in/glpi/image.ts';
import { type Outcome, opened, outcomeOf, type RecordedRow, type Recording, referenceOf, sealed } from './recording.ts';
import { databaseOptions, type Stage } from './stage.ts';

export const CONFIG = '/var/glpi/config';
const SEALED_TABLES = ['glpi_mailcollectors', 'glpi_authldaps', 'glpi_snmpcredentials', 'glpi_webhooks'];

/** One installed stand-in without its services, on which accidents of its version are replayed one after the other. */
export interface Instance {
  readonly stage: Stage;
  readonly version: StandInVersion;
  readonly container: string;
  readonly schema: string;
}

/** Installs a stand-in and keeps a copy of its configuration directory as it is then. */
export async function install(stage: Stage, version: StandInVersion): Promise<Instance> {
  const schema = `glpi${version.replaceAll('.', '')}`;
  await stage.addSchema(schema);
  const container = await stage.start(version, ['--entrypoint', 'sleep'], ['infinity']);
  const instance = { stage, version, container, schema };
  await shell(instance, `mkdir -p ${CONFIG} /var/glpi/files /var/glpi/logs`);
  const installed = await console(container, ['database:install', ...databaseOptions(schema), '-n']);
  if (installed.exitCode !== 0) throw new Error(`not installed: ${installed.stdout}${installed.stderr}`);
  // The recorded directories held these as well.
  const others = version === '11.0.6' ? 'local_define.php' : 'local_define.php .htaccess';
  await shell(instance, `cd ${CONFIG} && touch ${others} && cp -a . /var/glpi/before`);
  return instance;
}

/** Puts the instance in the state before the accident, lets it happen, and says what became of everything. */
export async function replay(instance: Instance, recording: Recording): Promise<Outcome> {
  const before = allRowsBefore(recording);
  const keyBefore = Buffer.from(recording.key_before_hex, 'hex');
  await loadRows(instance, before);
  const reset = `rm -rf ${CONFIG} && cp -a /var/glpi/before ${CONFIG} && cat >${CONFIG}/glpicrypt.key`;
  await shell(instance, reset, keyBefore);

  const result = await happen(instance, recording);

  const { stdout } = await shell(instance, `cd ${CONFIG} && base64 -w0 glpicrypt.key 2>/dev/null; echo; ls -A`);
  const [key = '', ...names] = stdout.trimEnd().split('\n');
  const keys = { before: keyBefore, after: names.includes('glpicrypt.key') ? Buffer.from(key, 'base64') : null };
  const after = await readRows(instance, recording.rows_after);
  return outcomeOf(result.exitCode, keys, names, before, after);
}

/** What the recording says became of everything. */
export function recordedOutcome(recording: Recording): Outcome {
  const { key_before_hex, key_after_hex, config_files_after, rows_after, exit_code } = recording;
  const keys = {
    before: Buffer.from(key_before_hex, 'hex'),
    after: key_after_hex === null ? null : Buffer.from(key_after_hex, 'hex'),
  };
  // Docker tells a signal as 128 + its number.
  const exitCode = exit_code < 0 ? 128 - exit_code : exit_code;
  return outcomeOf(exitCode, keys, config_files_after, allRowsBefore(recording), rows_after);
}

async function happen(instance: Instance, recording: Recording): Promise<CommandResult> {
  const { container, schema } = instance;
  const changeKey = () => console(container, ['security:change_key', '-n']);
  const save = (value: string) => console(container, ['config:set', 'smtp_passwd', value]);
  switch (recording.event) {
    case 'rotated':
      return changeKey();
    case 'change_key_while_missing':
      await shell(instance, `rm ${CONFIG}/glpicrypt.key`);
      return changeKey();
    case 'change_key_while_wrong':
      await writeKey(instance, randomBytes(32));
      return changeKey();
    case 'change_key_killed':
      return killAt(instance, firstUntouched(recording));
    case 'auto_install_on_lost_volume':
      await shell(instance, `cd ${CONFIG} && rm -f config_db.php glpicrypt.key oauth.pem oauth.pub`);
      return console(container, ['db:install', ...databaseOptions(schema), '-n']);
    case 'auto_install_with_key_restored_alone':
      await shell(instance, `rm ${CONFIG}/config_db.php`);
      return console(container, ['db:install', ...databaseOptions(schema), '-n']);
    case 'saved_while_missing':
      await shell(instance, `rm ${CONFIG}/glpicrypt.key`);
      return save('newpass-typed-by-admin');
    case 'saved_while_wrong':
      await writeKey(instance, Buffer.from(recording.key_after_hex ?? '', 'hex'));
      return save('newpass-typed-by-admin');
  }
}

/** Kills `security:change_key` with SIGKILL while it waits for the lock on one row of glpi_mailcollectors. */
async function killAt({ stage, container, schema }: Instance, id: number): Promise<CommandResult> {
  const { root } = stage;
  await root.query(`USE \`${schema}\``);
  await root.beginTransaction();
  try {
    await root.query('SELECT id FROM glpi_mailcollectors WHERE id = ? FOR UPDATE', [id]);
    const script = 'echo $$ >/tmp/rotation; exec php bin/console security:change_key -n';
    const rotation = execute(container, ['sh', '-c', script]);
    const thread = await waitingThread(stage);
    await execute(container, ['sh', '-c', 'kill -KILL "$(cat /tmp/rotation)"']);
    // The server does not notice that its client died while a statement waits, and would still run it.
    await root.query(`KILL ${thread}`);
    return await rotation;
  } finally {
    await root.rollback();
  }
}

async function waitingThread({ root }: Stage): Promise<number> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const query =
      "SELECT trx_mysql_thread_id AS thread FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
    const [rows] = await root.query<RowDataPacket[]>(query);
    if (rows[0] !== undefined) return Number(rows[0].thread);
    // InnoDB shows this table from a copy that it renews only when nobody has read it for 100 ms.
    await sleep(250);
  }
  throw new Error('security:change_key never came to the locked row');
}

function firstUntouched({ rows_after, key_after_hex }: Recording): number {
  const keyAfter = Buffer.from(key_after_hex ?? '', 'hex');
  const ids = rows_after.filter((row) => row.table === 'glpi_mailcollectors' && opened(row.value, keyAfter) === null);
  return Math.min(...ids.map((row) => row.id));
}

/**
 * The recorded rows, and those that a killed rotation's recording shows afterwards alone: with the value that they still
 * have, or sealed with the key before.
 */
function allRowsBefore({ rows_before, rows_after, key_before_hex, key_after_hex }: Recording): RecordedRow[] {
  const recorded = new Set(rows_before.map(referenceOf));
  const keyAfter = Buffer.from(key_after_hex ?? '', 'hex');
  const others = rows_after.filter((row) => !recorded.has(referenceOf(row)));
  return [
    ...rows_before,
    ...others.map((row) => {
      const plaintext = opened(row.value, keyAfter);
      if (plaintext === null) return row;
      const nonce = Buffer.alloc(24, row.id);
      return { ...row, value: sealed(Buffer.from(plaintext, 'base64'), Buffer.from(key_before_hex, 'hex'), nonce) };
    }),
  ];
}

async function loadRows({ stage: { root }, schema }: Instance, rows: readonly RecordedRow[]): Promise<void> {
  await root.query(`USE \`${schema}\``);
  for (const table of SEALED_TABLES) {
    const [found] = await root.query<RowDataPacket[]>('SHOW TABLES LIKE ?', [table]);
    if (found.length > 0) await root.query(`DELETE FROM \`${table}\``);
  }
  for (const { table, column, id, value, raw, context, name } of rows) {
    const row = context === undefined ? { id } : { id, context, name };
    const stored = raw ?? value;
    const query = `INSERT INTO ?? SET ?, ?? = ? ON DUPLICATE KEY UPDATE ?? = ?`;
    await root.query(query, [table, row, column, stored, column, stored]);
  }
}

async function readRows({ stage: { root } }: Instance, rows: readonly RecordedRow[]): Promise<RecordedRow[]> {
  const read: RecordedRow[] = [];
  for (const row of rows) {
    const query = 'SELECT ?? AS value FROM ?? WHERE id = ?';
    const [found] = await root.query<RowDataPacket[]>(query, [row.column, row.table, row.id]);
    const stored = String(found[0]?.value);
    read.push({ ...row, value: row.json_path === undefined ? stored : JSON.parse(stored).secret });
  }
  return read;
}

export async function writeKey(instance: Instance, key: Buffer): Promise<void> {
  await shell(instance, `cat >${CONFIG}/glpicrypt.key`, key);
}

export function shell({ container }: Instance, script: string, input?: Buffer): Promise<CommandResult> {
  return execute(container, ['sh', '-c', script], input === undefined ? {} : { input });
}
