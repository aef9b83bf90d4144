import { describe, expect, it } from 'vitest';
import type { PodSearch } from '../../../../src/platform/kubernetes/find-glpi.ts';
import { observePod } from '../../../../src/platform/kubernetes/observe-pod.ts';
import { readPod } from '../../../../src/platform/kubernetes/pod.ts';
import {
  LOOPING,
  NOT_STARTED,
  OWN_START,
  type PodChanges,
  podObject,
  RUNNING,
} from '../../../stand-in/kubernetes/pod.ts';

function observe(changes: PodChanges = {}, search: Partial<PodSearch> = {}, startedAt = OWN_START) {
  const pod = readPod(podObject(changes));
  const all = { pod, own: 'keykeeper', container: null, guardedDirectory: '/var/glpi/config', ...search };
  return observePod(all, startedAt);
}

const codesOf = ({ findings }: { findings: readonly { code: string }[] }) => findings.map(({ code }) => code);

describe("the container of GLPI in Keykeeper's own pod", () => {
  it('is the main one that mounts the guarded volume, with its image and its restarts', () => {
    const { container, running, findings } = observe({ glpi: { ...RUNNING, restartCount: 2 } });

    expect(container).toEqual({
      id: 'a'.repeat(64),
      name: 'glpi',
      image: 'glpi/glpi:11',
      startedAt: '2026-03-01T12:00:09Z',
      restarts: 2,
      health: 'healthy',
    });
    expect([running, findings]).toEqual([true, []]);
  });

  it.each([
    ['is not running before its first start', NOT_STARTED, false],
    ['is not running where the kubelet has told nothing of it', null, false],
    ['counts as running between two restarts', LOOPING, true],
    ['counts as running in the moment after its end', { ...LOOPING, state: LOOPING.lastState }, true],
  ])('%s', (_what, glpi, running) => {
    expect(observe({ glpi }).running).toBe(running);
  });

  it('has ended for good once the pod is being removed', () => {
    const ended = { ...RUNNING, state: { terminated: { exitCode: 0, reason: 'Completed' } } };

    expect(observe({ glpi: ended, ending: true }).running).toBe(false);
  });

  it('is not known to run where the status is older than the container of Keykeeper itself', () => {
    const minuteLater = OWN_START + 60_000;

    expect(observe({}, {}, minuteLater).running).toBeNull();
    expect(observe({ glpi: NOT_STARTED }, {}, minuteLater).running).toBe(false);
  });

  it('is the one that is named, also a sidecar', () => {
    expect(observe({}, { container: 'glpi' }).container?.name).toBe('glpi');
    expect(observe({}, { container: 'prepare' }).container?.name).toBe('prepare');
  });

  it('is not guessed among several', () => {
    const backup = { name: 'backup', image: 'restic', volumeMounts: [{ name: 'data', mountPath: '/backup' }] };

    const seen = observe({ beside: [backup] });

    expect([seen.running, seen.container, codesOf(seen)]).toEqual([null, null, ['several-containers']]);
    expect(observe({ beside: [backup] }, { container: 'glpi' })).toMatchObject({ running: true, findings: [] });
  });

  it('is found by the folder of a volume, not by the volume alone', () => {
    const other = { name: 'wiki', volumeMounts: [{ name: 'data', mountPath: '/var/glpi', subPath: 'wiki' }] };

    expect(observe({ beside: [other] }).container?.name).toBe('glpi');
  });

  it.each([
    ['does not mount it', { glpiMounts: [] }],
    ['mounts another folder of it', { glpiMounts: [{ name: 'data', mountPath: '/var/glpi', subPath: 'old' }] }],
    ['reads its keys elsewhere', { glpiEnvironment: [{ name: 'GLPI_CONFIG_DIR', value: '/etc/glpi' }] }],
  ])('guards another volume where GLPI %s', (_what, changes) => {
    expect(codesOf(observe(changes, { container: 'glpi' }))).toEqual(['guarding-another-volume']);
  });

  it('says so where no container mounts the guarded volume, or it is none', () => {
    expect(codesOf(observe({ glpiMounts: [] }))).toEqual(['guarding-another-volume']);
    expect(codesOf(observe({}, { guardedDirectory: '/etc/glpi' }))).toEqual(['guarding-another-volume']);
  });

  it('asks for a name where it cannot tell which container it is itself', () => {
    expect(codesOf(observe({}, { own: null }))).toEqual(['own-container-unknown']);
    expect(observe({}, { own: null, container: 'glpi' }).container?.name).toBe('glpi');
  });

  it('names the containers there are where the named one is not among them', () => {
    const { findings } = observe({}, { container: 'web' });

    expect(findings[0]).toMatchObject({ code: 'container-not-found', try: expect.stringContaining('glpi, metrics') });
  });

  it('is said to loop once it ended often, with how it ended', () => {
    const { findings } = observe({ glpi: LOOPING });

    expect(findings[0]).toMatchObject({ code: 'glpi-restarting', message: expect.stringContaining('137 OOMKilled') });
  });

  it('gives away nothing of its environment', () => {
    const pod = readPod(podObject({ glpiEnvironment: [{ name: 'GLPI_DB_PASSWORD', value: 'hunter2-secret' }] }));

    expect(JSON.stringify(pod)).not.toContain('hunter2');
  });
});
