import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { tarGzOf } from '../../unit/files/search/build-archives.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import { scratchInstance } from './scratch-instance.ts';
import { sealedSchema } from './sealed-schema.ts';

describe.skipIf(!(await available('mariadb')))('secrets out of backups', () => {
  let mariadb: Mariadb;
  let root: string;
  let key: Buffer;
  let schema: string;
  let path: string;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'keykeeper-secrecy-'));
    key = randomBytes(32);
    schema = await sealedSchema(mariadb, key);
    path = join(root, 'backup.tgz');
    const bad = `<?php class DB extends DBmysql { public $dbpassword = 'pass-of-the-backup'; `;
    const texts = { 'config/config_db.php': bad, 'config/oauth.pem': 'private-of-the-backup' };
    const cut = { 'cut/glpicrypt.key': 'cut-bytes-of-a-key', 'cut/glpi.key': 'legacy-of-the-backup' };
    writeFileSync(path, await tarGzOf({ 'config/glpicrypt.key': key, ...texts, ...cut }));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  afterAll(() => mariadb?.stop());

  it('are in nothing that is printed', async () => {
    using instance = scratchInstance(mariadb, schema);
    const environment = { ...environmentOf(instance), KEYKEEPER_LOG_LEVEL: 'debug' };

    const outputs = [
      await runCli(['capture', '--from', path, '--dry-run'], environment),
      await runCli(['capture', '--from', path], environment),
      await runCli(['capture', '--from', path, '--json'], environment),
    ];

    const printed = outputs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    const forms = (['hex', 'base64', 'base64url', 'latin1'] as const).map((form) => key.toString(form));
    const texts = ['of-the-backup', 'cut-bytes'];
    expect(outputs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(printed).toContain(fingerprintOf(key));
    expect([...forms, ...texts].filter((secret) => printed.includes(secret))).toEqual([]);
  });

  it('are kept encrypted by a keeper that cannot read them back, and come back with the identity', async () => {
    using instance = scratchInstance(mariadb, schema);
    const identity = await generateIdentity();
    const recipient = await identityToRecipient(identity);
    const writer = { ...environmentOf(instance), KEYKEEPER_AGE_RECIPIENTS: recipient };

    const captured = await runCli(['capture', '--from', path, '--json'], writer);
    const again = await runCli(['capture', '--from', path, '--json'], writer);
    const blocked = await runCli(['init', '--json'], writer);
    const restored = await runCli(['init', '--json'], { ...writer, KEYKEEPER_AGE_IDENTITY: identity });

    expect(captured.document.details?.keys).toMatchObject([{ vault: 'new', tested: { proven: true } }]);
    expect(again.document.details?.keys).toMatchObject([{ vault: 'known' }]);
    expect(blocked.exitCode).toBe(14);
    expect(restored.document).toMatchObject({ verdictAfter: 'sound', exitCode: 0 });
    expect(instance.read('glpicrypt.key')).toEqual(key);
  });
});
