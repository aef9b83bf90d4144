import type { Finding } from '../../core/finding.ts';
import type { InspectedContainer, Mount } from './container.ts';
import type { Engine } from './engine.ts';
import { hostPathOf, seenAt } from './host-path.ts';

/** Last parts of every known image's config directory (`/var/glpi/config`, `/etc/glpi`, …). */
const CONFIG_DIRECTORY_NAMES = ['config', 'glpi'];

/**
 * Whether the guarded directory is the very one that GLPI reads its keys from. Null when it is.
 * @param own mounts of Keykeeper's container; null when it runs on the engine's host itself
 * @throws Failure 'platform-unreachable' or 'platform-denied' where a volume's options are needed and cannot be had
 */
export async function checkMounts(
  engine: Engine,
  own: readonly Mount[] | null,
  guarded: string,
  glpi: InspectedContainer,
  signal?: AbortSignal,
): Promise<Finding | null> {
  const found = compareMounts(own, guarded, glpi.mounts, glpi);
  if (found === null) return null;
  // A volume may be another name of a host path (`o: bind`); that takes one more question, so it is asked last.
  const ownResolved = own === null ? null : await resolveBoundVolumes(engine, own, signal);
  const glpiResolved = await resolveBoundVolumes(engine, glpi.mounts, signal);
  return compareMounts(ownResolved, guarded, glpiResolved, glpi);
}

function compareMounts(
  own: readonly Mount[] | null,
  guarded: string,
  mounts: readonly Mount[],
  glpi: InspectedContainer,
): Finding | null {
  const hostPath = own === null ? guarded : hostPathOf(own, guarded);
  if (hostPath === null) {
    const message = `${guarded} lies on no volume or host path of this container, so GLPI in ${glpi.name} cannot see it`;
    return finding('error', guarded, message);
  }
  const seen = seenAt(mounts, hostPath);
  if (seen === null) {
    return finding(
      'error',
      guarded,
      `${guarded} is ${hostPath} on the host, which GLPI's container ${glpi.name} does not mount`,
    );
  }
  const expected = glpi.configDirectory;
  if (expected !== null && withoutTrailingSlash(expected) !== seen) {
    const message = `${guarded} is ${seen} in GLPI's container ${glpi.name}, but GLPI reads its keys from ${expected}`;
    return finding('error', guarded, message);
  }
  if (expected !== null || seen === guarded || CONFIG_DIRECTORY_NAMES.includes(seen.split('/').at(-1) ?? ''))
    return null;
  const message = `${guarded} is ${seen} in GLPI's container ${glpi.name}, which is no usual config directory`;
  return finding('warning', guarded, message);
}

function finding(severity: 'error' | 'warning', guarded: string, message: string): Finding {
  return {
    code: 'guarding-another-volume',
    severity,
    target: guarded,
    message,
    try: "mount the volume that holds GLPI's config directory here, at the same path as in GLPI's container",
  };
}

async function resolveBoundVolumes(
  engine: Engine,
  mounts: readonly Mount[],
  signal: AbortSignal | undefined,
): Promise<Mount[]> {
  const resolved: Mount[] = [];
  for (const mount of mounts) {
    const device = mount.volume === null ? null : await boundDevice(engine, mount.volume, signal);
    resolved.push(device === null ? mount : { ...mount, source: device });
  }
  return resolved;
}

/** The host path behind a volume of the local driver with `o: bind`; null for any other volume. */
async function boundDevice(engine: Engine, volume: string, signal: AbortSignal | undefined): Promise<string | null> {
  const options = await engine.volumeOptions(volume, signal);
  const isBind = options?.o?.split(',').some((each) => each === 'bind' || each === 'rbind') ?? false;
  return isBind ? (options?.device ?? null) : null;
}

function withoutTrailingSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}
