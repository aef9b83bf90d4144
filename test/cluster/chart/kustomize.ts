import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { kubectl } from '../harness/kubectl.ts';

const MANIFESTS = join(import.meta.dirname, '../../../deploy/kubernetes');
/** The examples, each by itself a whole. */
export const EXAMPLES = ['single', 'replicas', 'no-claim', 'pair'] as const;

/** The manifests in a directory of their own, set up as their heads tell an administrator to. */
export interface Manifests extends Disposable {
  readonly path: string;
  /** A kustomization beside the examples. */
  add(name: string, files: Readonly<Record<string, string>>): void;
  build(directory: string): Promise<string>;
}

export function copyManifests(namespace: string): Manifests {
  const path = mkdtempSync(join(tmpdir(), 'keykeeper-test-manifests-'));
  cpSync(MANIFESTS, path, { recursive: true });
  const database = readFileSync(join(path, 'database.env.example'), 'utf8');
  for (const example of EXAMPLES) {
    const file = join(path, 'examples', example, 'kustomization.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('namespace: glpi', `namespace: ${namespace}`));
    writeFileSync(join(path, 'examples', example, 'database.env'), database.replace('PASSWORD=', 'PASSWORD=hunter2'));
  }
  return {
    path,
    add: (name, files) => {
      cpSync(join(path, 'examples/glpi'), join(path, 'examples', name), { recursive: true });
      for (const [file, text] of Object.entries(files)) writeFileSync(join(path, 'examples', name, file), text);
    },
    build: (directory) => kubectl(['kustomize', join(path, directory)]),
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

/** The objects of a text of YAML documents, as `kustomize` and `helm template` print. */
export function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((each) => (each.toJS() === null ? [] : [each.toJS()]));
}

/** @throws Error where there is no such object */
export function objectNamed<T extends KubernetesObject>(text: string, kind: string, name: string | RegExp): T {
  const found = objectsIn(text).find(
    (each) =>
      each.kind === kind &&
      new RegExp(`^${name instanceof RegExp ? name.source : name}$`).test(each.metadata?.name ?? ''),
  );
  if (found === undefined) throw new Error(`there is no ${kind} ${name} in ${text}`);
  return found as T;
}
