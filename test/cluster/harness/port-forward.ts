import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A port of a pod or a service on this machine, for as long as the pod lives. */
export interface PortForward extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number;
}

/**
 * @param target `pod/name` or `service/name`
 * @throws Error with what kubectl said, when it does not come up
 */
export async function forwardPort(namespace: string, target: string, port: number): Promise<PortForward> {
  const args = ['--namespace', namespace, 'port-forward', '--address', '127.0.0.1', target, `:${port}`];
  const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const local = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => reject(new Error(`kubectl port-forward ${target} ${port} ended: ${complaint.trim()}`)));
    createInterface(child.stdout).on('line', (line) => {
      const found = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line);
      if (found !== null) resolve(Number(found[1]));
    });
  });
  return {
    port: local,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}
