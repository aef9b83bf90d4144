import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Whether the API server of this cluster runs on this machine, where it can be made to stand still. */
export function apiServerIsHere(): boolean {
  return apiServers().length > 0;
}

/**
 * Has the API server of this machine stand still for some time: connections stay open, nothing is answered. A shell of its
 * own session does it, so that the server goes on afterwards also where this process is killed meanwhile.
 *
 * @param seconds under 15: the kubelet renews its node's lease every 10 s, and has 40
 */
export async function freezeApiServer(seconds: number): Promise<void> {
  const processes = apiServers();
  const script = 'kill -STOP "$@"; sleep "$0"; kill -CONT "$@"';
  const shell = spawn('sh', ['-c', script, String(seconds), ...processes.map(String)], {
    detached: true,
    stdio: 'ignore',
  });
  try {
    await once(shell, 'close');
  } finally {
    for (const id of processes) process.kill(id, 'SIGCONT');
  }
}

function apiServers(): number[] {
  const ids = readdirSync('/proc').filter((each) => /^\d+$/.test(each));
  return ids.filter((id) => basename(programOf(id)) === 'kube-apiserver').map(Number);
}

/** The first word of its command line; '' where it is gone by now, or there is no such thing on this machine. */
function programOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0')[0] ?? '';
  } catch {
    return '';
  }
}
