import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fingerprint } from '../../../src/core/brand.ts';
import { KEY_FILE, OAUTH_PAIR } from '../../../src/core/guarded-set.ts';
import { judge } from '../../../src/core/judge.ts';
import type { Observation } from '../../../src/core/observation.ts';
import { type Action, type PlanOptions, plan } from '../../../src/core/plan.ts';
import { applyTo } from './apply-plan.ts';
import { anyScene, attended, isPresent, observeScene, unattended } from './arbitrary-scene.ts';
import type { Scene } from './build-observation.ts';

const RUNS = { numRuns: 500 };

/** Calls `check` with many observations and what is judged and planned of them. */
function always(
  options: fc.Arbitrary<PlanOptions>,
  check: (seen: ReturnType<typeof look> & { scene: Scene; options: PlanOptions }) => void,
): void {
  const property = fc.property(anyScene, options, (scene, chosen) =>
    check({ ...look(scene, chosen), scene, options: chosen }),
  );
  fc.assert(property, RUNS);
}

function look(scene: Scene, options: PlanOptions) {
  const observation = observeScene(scene);
  const judgement = judge(observation);
  return { observation, judgement, ...plan(observation, judgement, options) };
}

function restoredKey(actions: readonly Action[]) {
  for (const each of actions) if (each.action === 'restore-file' && each.target === KEY_FILE) return each;
  return undefined;
}

function otherThanCaptureFirst(actions: readonly Action[]): Action[] {
  return actions.filter((each) => each.action !== 'capture-first');
}

function liveKey({ key }: Observation): Fingerprint | null {
  return key.kind === 'well-formed' ? key.fingerprint : null;
}

describe('whatever is observed', () => {
  it('a live key that authenticates anything is never replaced, not even by an operator', () => {
    always(attended, ({ observation, actions }) => {
      const { database } = observation;
      const live = liveKey(observation);
      const values = database.kind === 'answers' ? database.values : [];
      const opensAny = values.some((each) => each.opens.some((opening) => opening.fingerprint === live));
      if (opensAny) expect(restoredKey(actions)).toBeUndefined();
    });
  });

  it('a key that is put in place is known, and its source holds it in the clear', () => {
    always(attended, ({ observation, actions }) => {
      const restored = restoredKey(actions);
      if (restored === undefined) return;
      const { source, fingerprint } = restored;
      const { vault, memory, candidates } = observation;
      const generations = vault.kind === 'ready' ? vault.generations : [];
      const holders = {
        memory: memory.trusted === fingerprint && memory.files[KEY_FILE]?.kind === 'regular',
        decoded: candidates.some((each) => each.origin === 'decoded' && each.fingerprint === fingerprint),
        generation: generations.some((each) => {
          return (
            source.kind === 'generation' && each.id === source.id && each.fingerprint === fingerprint && !each.sealed
          );
        }),
      };
      expect(holders[source.kind]).toBe(true);
    });
  });

  it('an unknown live key goes to the vault before anything else', () => {
    always(attended, ({ observation, actions }) => {
      const { vault } = observation;
      const live = liveKey(observation);
      if (vault.kind !== 'ready' || live === null || vault.generations.some((each) => each.fingerprint === live))
        return;
      expect(['capture-first', 'capture']).toContain(actions[0]?.action);
    });
  });

  it('no well-formed key is replaced before the vault has it', () => {
    always(attended, ({ observation, actions }) => {
      const live = liveKey(observation);
      if (live === null || restoredKey(actions) === undefined) return;
      const kept =
        observation.vault.kind === 'ready' && observation.vault.generations.some((each) => each.fingerprint === live);
      expect(kept || actions[0]?.action === 'capture-first').toBe(true);
    });
  });

  it('nothing is done but saving the live key on another database, unless an operator adopted it', () => {
    always(attended, ({ judgement, actions, options }) => {
      if (judgement.elsewhere !== null && options.adopt !== true) expect(otherThanCaptureFirst(actions)).toEqual([]);
    });
  });

  it('nothing is done but saving the live key before enough was observed', () => {
    always(attended, ({ judgement, actions }) => {
      if (judgement.need !== 'nothing') expect(otherThanCaptureFirst(actions)).toEqual([]);
    });
  });

  it('nothing is done but saving the live key when all is lost', () => {
    always(unattended, ({ judgement, actions }) => {
      if (judgement.verdict === 'lost') expect(otherThanCaptureFirst(actions)).toEqual([]);
    });
  });

  it('what cannot be read is never replaced', () => {
    always(attended, ({ observation, actions }) => {
      if (observation.key.kind === 'unreadable') expect(restoredKey(actions)).toBeUndefined();
    });
  });

  it('no other file than the key is replaced, and only absent ones are created', () => {
    always(attended, ({ observation, actions }) => {
      for (const each of actions) {
        if (each.action !== 'restore-file' && each.action !== 'write-database-settings') continue;
        const replaces = each.action === 'restore-file' && each.replace;
        expect(isPresent(observation, each.target)).toBe(replaces);
        if (replaces) expect(each.target).toBe(KEY_FILE);
      }
    });
  });

  it('the OAuth pair is whole once any half of it was put back, from one source', () => {
    always(attended, ({ observation, actions }) => {
      const halves = actions.filter(
        (each) => each.action === 'restore-file' && OAUTH_PAIR.some((name) => name === each.target),
      );
      if (halves.length === 0) return;
      const targets = halves.map((each) => each.target);
      expect(OAUTH_PAIR.every((name) => targets.includes(name) || isPresent(observation, name))).toBe(true);
      expect(new Set(halves.map((each) => each.action === 'restore-file' && JSON.stringify(each.source))).size).toBe(1);
    });
  });

  it('rows are written only at the gate, under a mixed key that stays, after they held still', () => {
    always(attended, ({ observation, judgement, actions, options }) => {
      const reseal = actions.find((each) => each.action === 'reseal-values');
      if (reseal?.action !== 'reseal-values') return;
      const { database, stage, vault } = observation;
      expect([judgement.verdict, stage, vault.kind, options.rescue]).toEqual(['mixed', 'gate', 'ready', 'auto']);
      expect(database.kind === 'answers' && database.settled).toBe(true);
      expect(restoredKey(actions)).toBeUndefined();
      expect(reseal.values).toEqual(judgement.movable.map((each) => each.reference));
    });
  });

  it('no key is restored at the gate on the word of a database that does not answer', () => {
    always(unattended, ({ observation, actions }) => {
      if (observation.stage === 'gate' && observation.database.kind === 'unreachable')
        expect(restoredKey(actions)).toBeUndefined();
    });
  });
});

describe('judging', () => {
  it('says the same of the same observation, in whatever order its values were read', () => {
    fc.assert(
      fc.property(anyScene, unattended, fc.infiniteStream(fc.nat()), (scene, options, order) => {
        const { observation, judgement, actions, obstacle } = look(scene, options);
        const { database } = observation;
        if (database.kind !== 'answers') return;
        const values = [...database.values]
          .map((each) => ({ each, rank: order.next().value }))
          .sort((a, b) => a.rank - b.rank);

        const again = judge({ ...observation, database: { ...database, values: values.map(({ each }) => each) } });

        const { dead, movable, destroyed, ...rest } = again;
        expect(rest).toEqual({ ...judgement, dead: undefined, movable: undefined, destroyed: undefined });
        for (const [found, before] of [
          [dead, judgement.dead],
          [movable, judgement.movable],
          [destroyed, judgement.destroyed],
        ] as const) {
          expect(new Set(found)).toEqual(new Set(before));
        }
        const planned = plan(observation, judge(observation), options);
        expect([planned.actions, planned.obstacle]).toEqual([actions, obstacle]);
      }),
      RUNS,
    );
  });

  it('never goes by age between keys that the database can tell apart', () => {
    fc.assert(
      fc.property(anyScene, unattended, (scene, options) => {
        const { observation, judgement } = look(scene, options);
        const { vault } = observation;
        if (vault.kind !== 'ready') return;
        const generations = vault.generations.map((each, index) => ({
          ...each,
          number: vault.generations.length - index,
          createdAt: `20${50 - index}-01-01T00:00:00Z`,
        }));
        const candidates = [...observation.candidates].reverse();

        const turned = judge({ ...observation, candidates, vault: { ...vault, generations: generations.reverse() } });

        expect(turned.verdict).toBe(judgement.verdict);
        if (judgement.choice.kind === 'restore' && judgement.choice.ground === 'database')
          expect(turned.choice).toEqual(judgement.choice);
        if (judgement.choice.kind === 'tie') expect(turned.choice.kind).toBe('tie');
      }),
      RUNS,
    );
  });
});

describe('a plan that was carried out', () => {
  it('leaves nothing to restore to the next look', () => {
    always(unattended, ({ scene, actions, options }) => {
      const after = applyTo(scene, actions);

      const restores = look(after, options).actions.filter((each) => each.action === 'restore-file');

      expect(restores).toEqual([]);
    });
  });

  it('ends the same when it was killed on the way and run again', () => {
    fc.assert(
      fc.property(anyScene, unattended, fc.nat({ max: 8 }), (found, options, done) => {
        const scene = settled(found);
        const { actions } = look(scene, options);
        const killed = applyTo(scene, actions.slice(0, done));

        const resumed = applyTo(killed, look(killed, options).actions);

        const whole = applyTo(scene, actions);
        expect([resumed.key, resumed.files]).toEqual([whole.key, whole.files]);
      }),
      RUNS,
    );
  });
});

/** The scene as the keeper sees it once it has read everything twice. */
function settled(scene: Scene): Scene {
  if (scene.database?.kind !== 'answers') return scene;
  return { ...scene, database: { ...scene.database, coverage: 'full', settled: true } };
}
