import { statSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Where `watch` answers the probes of its own container: an abstract socket (unix(7)), so that it needs no port, no file
 * and no setting, and works on a read-only root file system and for every user. All processes of a container share one
 * mount namespace (namespaces(7)) and no other container does, so its inode names the container: a container that shares
 * the network, as those of a pod do, or the host's own, has another address, and a restarted one a new one.
 *
 * @returns for `connect` and `listen` of node:net; the zero byte in front makes it abstract
 */
export function probeAddress(): string {
  return `\0keykeeper/probe/${containerName()}`;
}

/** The host name where a sandboxed kernel does not show namespaces. */
function containerName(): string {
  try {
    return String(statSync('/proc/self/ns/mnt', { bigint: true }).ino);
  } catch {
    return hostname();
  }
}
