import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { registrationFingerprint } from '../../../src/glpi/registration-key.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import {
  historyOf,
  type RegistrationScene,
  registrationScene,
  someRegistrationKey,
  UID,
} from './registration-scene.ts';
import { sealLikeGlpi } from './sealed-schema.ts';

describe.skipIf(!(await available('mariadb')))('the row of the registration key', () => {
  let mariadb: Mariadb;
  let scene: RegistrationScene;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  beforeEach(async () => {
    scene = await registrationScene(mariadb);
    await reconcile();
  });

  afterEach(async () => {
    await scene[Symbol.asyncDispose]();
  });

  async function reconcile(wish?: string) {
    const { instance } = scene;
    const registrationKey = wish === undefined ? null : new Secret(wish);
    const keeper = instance.keeper('guard', { registrationKey });
    return await keeper.reconcile(AbortSignal.timeout(20_000));
  }

  /** A wrong key lies there, is found, and is replaced by the right one: a bad time that has just ended. */
  async function badTime(): Promise<void> {
    scene.instance.put('glpicrypt.key', randomBytes(32));
    await reconcile();
  }

  it.each([
    ['deleted', async () => scene.put(undefined)],
    ['set to NULL', async () => scene.store(null)],
  ])('is written back with the uid where it was %s', async (_, wipe) => {
    await wipe();
    await scene.client.query("UPDATE glpi_configs SET value = '' WHERE name = 'glpi_network_uuid'");

    const result = await reconcile();
    const again = await reconcile();

    expect(await scene.rows()).toMatchObject({ key: scene.registrationKey, uid: UID });
    expect(result.reports.map((each) => [each.action, each.done])).toContainEqual(['write-registration', true]);
    expect(again.reports).toEqual([]);
  });

  it.each(['', '0'])('is left %j where an administrator emptied it, and does not come back later', async (emptied) => {
    await scene.store(emptied);

    const result = await reconcile();
    await badTime();
    await scene.put(undefined);
    await reconcile();

    expect(await scene.rows()).toMatchObject({ stored: 'no row' });
    expect(result.findings.map((each) => each.code)).toContain('registration-cleared');
    expect(await historyOf(scene)).toEqual(
      expect.arrayContaining([registrationFingerprint(scene.registrationKey), 'cleared']),
    );
    expect((await historyOf(scene)).at(-1)).toBe('cleared');
  });

  it.each([
    ['emptied', () => ''],
    ['made a sealed nothing', () => sealLikeGlpi('', scene.securityKey)],
  ])('comes back where a form of a bad time %s it, once: who empties it again means it', async (_, value) => {
    await badTime();
    await scene.store(value());

    await reconcile();
    const first = await scene.rows();
    await scene.store('');
    await reconcile();
    await reconcile();

    expect(first).toMatchObject({ key: scene.registrationKey });
    expect(await scene.rows()).toMatchObject({ stored: '' });
    expect((await historyOf(scene)).at(-1)).toBe('cleared');
  });

  it('with another key is captured, not overwritten, and the old one stays in the history', async () => {
    const entered = someRegistrationKey('entered by hand');
    await scene.put(entered);

    await reconcile();
    await scene.put(undefined);
    await reconcile();

    expect(await scene.rows()).toMatchObject({ key: entered });
    expect(await historyOf(scene)).toEqual(
      expect.arrayContaining([registrationFingerprint(scene.registrationKey), registrationFingerprint(entered)]),
    );
  });

  it.each([
    ['no known key opens it', () => sealLikeGlpi(someRegistrationKey(), randomBytes(32))],
    ['it holds no registration key', () => sealLikeGlpi('typed by mistake', scene.securityKey)],
  ])('is left where %s', async (_, value) => {
    const stranger = value();
    await scene.store(stranger);

    await reconcile();
    await reconcile();

    expect(await scene.rows()).toMatchObject({ stored: stranger });
  });

  it('keeps its own key where another known security key opens it', async () => {
    const old = randomBytes(32);
    scene.instance.put('glpicrypt.key', old);
    await reconcile();
    const entered = someRegistrationKey('under the other key');
    await scene.store(sealLikeGlpi(entered, old));

    await reconcile();

    expect(await scene.rows()).toMatchObject({ key: entered });
  });

  it('is left while the security key opens nothing', async () => {
    await scene.put(undefined);
    await scene.client.query("UPDATE glpi_configs SET value = ? WHERE name = 'smtp_passwd'", [
      sealLikeGlpi('from elsewhere', randomBytes(32)),
    ]);

    const result = await reconcile();

    expect(result.after.judgement.verdict).toBe('lost');
    expect(await scene.rows()).toMatchObject({ stored: 'no row' });
  });

  it.each([
    ['a sealed value', () => [sealLikeGlpi('still typing', scene.securityKey), 'smtp_passwd']],
    ["GLPI's version", () => [`10.0.${randomBytes(4).readUInt32LE()}`, 'version']],
  ])('is not written while %s changes, and is once that holds still', async (_, next) => {
    await scene.put(undefined);
    let moving = true;
    const mover = (async () => {
      while (moving) await scene.client.query('UPDATE glpi_configs SET value = ? WHERE name = ?', next());
    })();

    await reconcile();
    moving = false;
    await mover;
    const unwritten = await scene.rows();
    await reconcile();

    expect(unwritten).toMatchObject({ stored: 'no row' });
    expect(await scene.rows()).toMatchObject({ key: scene.registrationKey });
  });

  it('takes a key of the settings once: then what an administrator enters stays, and what is lost comes back as it was last', async () => {
    const wished = someRegistrationKey('of the settings');
    const entered = someRegistrationKey('entered later');

    await reconcile(wished);
    const applied = await scene.rows();
    await scene.put(entered);
    const past = await reconcile(wished);
    const kept = await scene.rows();
    await scene.put(undefined);
    await reconcile(wished);

    expect(applied).toMatchObject({ key: wished });
    expect(kept).toMatchObject({ key: entered });
    expect(past.findings.map((each) => each.code)).toContain('registration-wish-past');
    expect(await scene.rows()).toMatchObject({ key: entered });
    expect(await historyOf(scene)).toEqual(
      expect.arrayContaining([scene.registrationKey, wished, entered].map(registrationFingerprint)),
    );
  });

  it('takes a new key of the settings, cleaned of what pasting added, and none that it had before', async () => {
    const first = someRegistrationKey('first');
    const second = someRegistrationKey('second');

    await reconcile(first);
    const cleaned = await reconcile(`"${second.replace(/(.{40})/g, '$1\r\n ')}"`);
    const taken = await scene.rows();
    await reconcile(first);

    expect(taken).toMatchObject({ key: second });
    expect(cleaned.findings.map((each) => each.code)).toContain('registration-key-cleaned');
    expect(await scene.rows()).toMatchObject({ key: second });
  });

  it('stays empty where an administrator cleared a key of the settings', async () => {
    const wished = someRegistrationKey();
    await reconcile(wished);

    await scene.store('');
    await reconcile(wished);
    await reconcile(wished);

    expect(await scene.rows()).toMatchObject({ stored: '' });
  });

  it('proves nothing once Keykeeper has sealed it', async () => {
    await scene.put(undefined);
    await reconcile();
    await scene.client.query("UPDATE glpi_configs SET value = '' WHERE name = 'smtp_passwd'");

    const { after } = await reconcile();

    expect(after.judgement).toMatchObject({ opened: 1, real: 0 });
  });

  it('is restored once by two keepers that find it gone at the same time', async () => {
    await scene.put(undefined);

    const both = await Promise.all([1, 2].map(() => runCli(['init', '--json'], environmentOf(scene.instance))));

    const written = both.flatMap(({ document }) =>
      document.actions.filter((each) => each.action === 'write-registration'),
    );
    expect(both.map((each) => each.exitCode)).toEqual([0, 0]);
    expect(written.map((each) => each.done)).toEqual([true]);
    expect(await scene.rows()).toMatchObject({ key: scene.registrationKey });
  });
});
