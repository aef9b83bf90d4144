import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../stand-in/glpi/engine.ts';
import { STAND_IN_VERSIONS } from '../../stand-in/glpi/image.ts';
import { readRecordings } from './recording.ts';
import { type Instance, install, recordedOutcome, replay } from './replay.ts';
import { openStage, type Stage } from './stage.ts';

const recordings = readRecordings();

describe.skipIf(!(await dockerAnswers('the recorded accidents on the stand-in')))('the stand-in', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  for (const version of STAND_IN_VERSIONS) {
    describe(`as GLPI ${version}`, () => {
      let instance: Instance;

      beforeAll(async () => {
        instance = await install(stage, version);
      });

      const ofVersion = recordings.filter((recording) => recording.glpi_version === version);

      it.each(ofVersion)('does to key, rows and files what GLPI did when recorded: $event', async (recording) => {
        const outcome = await replay(instance, recording);

        expect(outcome).toEqual(recordedOutcome(recording));
      });
    });
  }

  it('is held against all 24 recordings', () => {
    expect(recordings.map(({ glpi_version }) => glpi_version).sort()).toEqual(
      [...STAND_IN_VERSIONS].sort().flatMap((version) => Array(8).fill(version)),
    );
  });
});
