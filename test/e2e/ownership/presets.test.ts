import { beforeAll, describe, expect, it } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { KNOWN_IMAGES } from '../../stand-in/images/known-images.ts';
import { available } from '../../stand-in/require.ts';
import { buildKeykeeper } from '../stories/keykeeper-image.ts';
import { ImageScene } from './image-scene.ts';

const SOCKET = ['--volume', '/var/run/docker.sock:/var/run/docker.sock'];
/** A volume as a fresh disk has it: empty, and root's. Beside the files of GLPI lies one that is nobody's business. */
const LOSE_ALL =
  'rm -rf ./* && chown 0:0 . && chmod 755 . && mkdir below && touch below/foreign beside && chmod 600 beside below/foreign';
const KEY = 'stat -c "%u:%g %a" glpicrypt.key; sha256sum <glpicrypt.key';
const OTHERS = 'stat -c "%n %u:%g %a" below below/foreign beside';

describe.skipIf(!(await available('docker')))('the images that people run', () => {
  let keykeeper: string;

  beforeAll(async () => {
    keykeeper = await buildKeykeeper();
  });

  it('are all known', () => {
    expect(KNOWN_IMAGES.map((each) => each.preset)).toEqual(PRESETS.map((each) => each.name));
  });

  it.concurrent.each(KNOWN_IMAGES)(
    '$preset: found out, and the key comes back for its user, in its place',
    async (known) => {
      await using scene = new ImageScene(known, keykeeper);
      await scene.build();
      const first = await scene.startGlpi();
      const standing = await scene.onVolume(KEY);
      const kept = await scene.keykeeper('init', SOCKET);
      const status = await scene.keykeeper('status', SOCKET);
      await scene.onVolume(LOSE_ALL);

      const gate = await scene.keykeeper('init', ['--env', `KEYKEEPER_PRESET=${known.preset}`]);
      const restored = await scene.onVolume(`${KEY}; ${OTHERS}`);
      const again = await scene.startGlpi();
      await scene.onVolume('chown 0:0 glpicrypt.key config_db.php && chmod 600 glpicrypt.key config_db.php');
      const repair = await scene.keykeeper('init', SOCKET);
      const repaired = await scene.onVolume('stat -c "%u:%g %a" glpicrypt.key config_db.php');

      const owner = `${known.id}:${known.id}`;
      expect(standing).toMatch(new RegExp(`^${owner} ${known.keyMode}\n`));
      expect(kept).toMatchObject({ gate: 'open', verdict: 'unproven' });
      expect(status.details?.ownership).toMatchObject({
        preset: known.preset,
        presetEvidence: expect.stringContaining(`is of image ${known.image}:`),
        owner,
      });
      expect(gate).toMatchObject({ gate: 'open', verdict: 'missing', verdictAfter: 'unproven' });
      expect(restored).toBe(`${standing}\nbelow 0:0 755\nbelow/foreign 0:0 600\nbeside 0:0 600`);
      expect(again).toBe(first);
      expect(repair).toMatchObject({ gate: 'open', exitCode: 0 });
      expect(repaired).toBe(`${owner} 600\n${owner} 600`);
    },
  );
});
