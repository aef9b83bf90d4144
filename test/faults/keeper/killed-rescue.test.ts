import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rescueScene } from '../../integration/keeper/rescue-scene.ts';
import { sealLikeGlpi } from '../../integration/keeper/sealed-schema.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { killAtRandom } from './kill-at-random.ts';

/** Wiped by an accident, all of them. */
const WIPED = [1, 2, 3, 4, 5, 6];

describe.skipIf(!(await available('mariadb')))('a rescue, killed at any moment', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('leaves every row as it was or every row brought back, and the next one completes it', async () => {
    const secrets = WIPED.map((id) => `secret ${id}`);
    await using scene = await rescueScene(mariadb, [...secrets, 'one that nothing happened to']);

    const found = await killAtRandom(scene.instance, ['rescue', '--yes'], {}, async () => {
      for (const id of WIPED) await scene.write(id, sealLikeGlpi('', scene.key));
      return async () => {
        const back = await Promise.all(WIPED.map((id) => scene.secret(id)));
        const done = back[0] !== '';
        expect(back).toEqual(done ? secrets : WIPED.map(() => ''));
        return done;
      };
    });

    expect(Math.min(found.before, found.after)).toBeGreaterThan(0);
  });
});
