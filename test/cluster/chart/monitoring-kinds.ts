import { readFileSync } from 'node:fs';
import { kubectl, kubectlResult } from '../harness/kubectl.ts';

const KINDS = new URL('../../fixtures/crds/monitoring.yaml', import.meta.url);

/** The kinds of the Prometheus operator: the cluster's own where it has them, else those of the fixture, removed again. */
export async function addMonitoringKinds(): Promise<AsyncDisposable> {
  const { exitCode } = await kubectlResult(['get', 'crd', 'servicemonitors.monitoring.coreos.com', '--output=name']);
  if (exitCode === 0) return { [Symbol.asyncDispose]: async () => undefined };
  const text = readFileSync(KINDS, 'utf8');
  await kubectl(['apply', '-f', '-'], text);
  await kubectl(['wait', '--for=condition=Established', 'crd', '--selector=keykeeper-test=crd', '--timeout=30s']);
  return {
    [Symbol.asyncDispose]: async () => {
      await kubectl(['delete', 'crd', '--selector=keykeeper-test=crd', '--wait=false']);
    },
  };
}
