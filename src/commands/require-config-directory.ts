import type { Settings } from '../config/settings.ts';
import { Failure } from '../core/failure.ts';
import { nearestDirectory } from '../files/nearest-directory.ts';

/**
 * Refuses to run beside a config directory that is not there. One that is absent below a mounted volume is the place of
 * a first start, and is fine.
 *
 * @throws Failure `config-directory-missing`
 */
export function requireConfigDirectory({ configDir }: Settings): void {
  if (nearestDirectory(configDir) !== null) return;
  throw new Failure(
    'config-directory-missing',
    `there is no config directory at ${configDir}, and no volume above it`,
    {
      target: configDir,
      expected: "GLPI's config directory, mounted into this container",
      try: 'mount the volume that GLPI mounts, at the same place, or set KEYKEEPER_CONFIG_DIR to where it is mounted',
    },
  );
}
