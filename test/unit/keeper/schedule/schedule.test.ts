import { describe, expect, it } from 'vitest';
import type { ScheduleOutcome } from '../../../../src/core/schedule.ts';
import { Schedule, type ScheduledTask } from '../../../../src/keeper/schedule.ts';
import { readScheduleRecord } from '../../../../src/keeper/schedule-record.ts';
import { type TemporaryVault, temporaryVault } from '../../vault/temporary-vault.ts';

const HOUR = 3_600_000;

interface Scene {
  /** Times at which the drill ran, in hours. */
  readonly runs: number[];
  readonly outcomes: ScheduleOutcome[];
  readonly errors: unknown[];
  readonly time: { now: number };
}

function sceneAt(now: number): Scene {
  return { runs: [], outcomes: [], errors: [], time: { now } };
}

/** Runs a schedule with one drill a day until it has nothing to do any more; `begun` false: no pass has ended yet. */
async function runSchedule(
  place: TemporaryVault,
  scene: Scene,
  run: ScheduledTask['run'] = async () => ({ success: true, message: 'fine' }),
  begun = true,
): Promise<void> {
  const controller = new AbortController();
  const idle = Promise.withResolvers<void>();
  let openings = 0;
  const schedule = new Schedule({
    tasks: [
      {
        name: 'drill',
        interval: 24 * HOUR,
        run: async (signal) => {
          scene.runs.push(scene.time.now / HOUR);
          return run(signal);
        },
      },
    ],
    openVault: async () => {
      openings += 1;
      return place.open();
    },
    now: () => scene.time.now,
    onOutcome: (_, outcome) => scene.outcomes.push(outcome),
    onError: (error) => scene.errors.push(error),
  });
  if (begun) schedule.begin();
  const running = schedule.run(controller.signal);
  // Nothing is opened any more once it sleeps.
  const watcher = setInterval(() => {
    const before = openings;
    setTimeout(() => before === openings && idle.resolve(), 150);
  }, 200);
  await idle.promise;
  clearInterval(watcher);
  controller.abort();
  await running;
}

describe('a schedule', () => {
  it('does what was never done, keeps how it ended, and does nothing again after a restart', async () => {
    using place = temporaryVault();
    const scene = sceneAt(1_000 * HOUR);

    await runSchedule(place, scene);
    await runSchedule(place, scene);

    expect(scene.runs).toEqual([1_000]);
    expect(scene.outcomes).toEqual([{ at: new Date(1_000 * HOUR).toISOString(), success: true, message: 'fine' }]);
    expect(await readScheduleRecord(await place.open(), 'drill')).toMatchObject({ last: { success: true } });
  });

  it('does it again once an interval has passed', async () => {
    using place = temporaryVault();
    const scene = sceneAt(1_000 * HOUR);
    await runSchedule(place, scene);

    scene.time.now += 25 * HOUR;
    await runSchedule(place, scene);

    expect(scene.runs).toEqual([1_000, 1_025]);
  });

  it('does nothing before a pass has ended', async () => {
    using place = temporaryVault();
    const scene = sceneAt(1_000 * HOUR);

    await runSchedule(place, scene, undefined, false);

    expect(scene.runs).toEqual([]);
  });

  it('begins again hours after a watch that died of it, not at once', async () => {
    using place = temporaryVault();
    const scene = sceneAt(1_000 * HOUR);
    const died = async () => {
      throw new TypeError('out of memory, for one');
    };
    await runSchedule(place, scene, died);

    await runSchedule(place, scene);
    scene.time.now += 7 * HOUR;
    await runSchedule(place, scene);

    expect(scene.runs).toEqual([1_000, 1_007]);
    expect(scene.errors).toHaveLength(1);
    expect(scene.outcomes).toHaveLength(1);
  });

  it('remembers when it last succeeded, beside a failure since', async () => {
    using place = temporaryVault();
    const scene = sceneAt(1_000 * HOUR);
    await runSchedule(place, scene);
    scene.time.now += 25 * HOUR;

    await runSchedule(place, scene, async () => ({ success: false, message: 'no' }));

    expect(await readScheduleRecord(await place.open(), 'drill')).toMatchObject({
      last: { success: false, message: 'no' },
      succeededAt: new Date(1_000 * HOUR).toISOString(),
    });
  });

  it('of two keepers of one vault lets one do it', async () => {
    using place = temporaryVault();
    const scene = sceneAt(1_000 * HOUR);

    await Promise.all([runSchedule(place, scene), runSchedule(place, scene)]);

    expect(scene.runs).toEqual([1_000]);
  });
});
