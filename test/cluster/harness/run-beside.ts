import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import type { ResultDocument } from '../../../src/report/document.ts';
import type { Namespace } from './namespace.ts';

const BESIDE = 'beside';

/**
 * Runs one command of Keykeeper with `--json` in a pod whose own Keykeeper is not there to be entered, for it ends and is
 * started again: in a container added to the pod, with the environment and the volumes of that one, as the documentation
 * has it. Once a pod.
 */
export async function runBeside(
  namespace: Namespace,
  pod: string,
  args: readonly string[],
): Promise<{ exitCode: number; json: ResultDocument }> {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'keykeeper-beside-'));
  const { spec } = await namespace.get<V1Pod>({ kind: 'pod', name: pod });
  const keykeeper = spec?.initContainers?.find(({ name }) => name === 'keykeeper');
  if (keykeeper?.image === undefined) throw new Error(`${pod} has no init container of the name keykeeper`);
  const { image, env, envFrom = null, volumeMounts, securityContext } = keykeeper;
  const file = join(directory.path, 'container.json');
  await writeFile(file, JSON.stringify({ env, envFrom, volumeMounts, securityContext }));
  const own = [`--container=${BESIDE}`, `--image=${image}`, '--image-pull-policy=Never', `--custom=${file}`];
  await namespace.kubectl([
    'debug',
    pod,
    ...own,
    '--profile=restricted',
    '--attach=false',
    '--arguments-only',
    '--',
    ...args,
    '--json',
  ]);
  const ended = await namespace.until<V1Pod>({ kind: 'pod', name: pod }, (now) => exitCodeOf(now) !== null);
  const output = await namespace.kubectl(['logs', pod, `--container=${BESIDE}`]);
  return { exitCode: exitCodeOf(ended) ?? -1, json: JSON.parse(output.slice(output.indexOf('{'))) };
}

function exitCodeOf({ status }: V1Pod): number | null {
  const own = status?.ephemeralContainerStatuses?.find(({ name }) => name === BESIDE);
  return own?.state?.terminated?.exitCode ?? null;
}
