import { check, FINE, skipped, told, troubles } from '../check.ts';
import type { Keeping } from '../facts/place.ts';
import { observationOf } from '../seen.ts';

const WHERE: Readonly<Record<Exclude<Keeping, 'lasting'>, string>> = {
  'anonymous-volume': 'on a volume without a name, which a new container does not get again',
  container: "in the container's own layer, which goes with the container",
  memory: 'in memory, which goes with the container',
  pod: 'on an emptyDir, which goes with the pod',
};

const NAMED_VOLUME = 'volumes: ["glpi_data:/var/glpi"] in GLPI and Keykeeper alike, with glpi_data declared below';

/** Whether GLPI's files are there at all, and stay. */
export const FILE_CHECKS = [
  check({
    code: 'config-directory',
    group: 'files',
    title: "GLPI's config directory is there and can be entered",
    levels: ['error'],
    needs: ['instance', 'places'],
    run: ({ instance, places: { config } }) => {
      const { configDirectory } = observationOf(instance);
      if (configDirectory === 'unreadable') {
        return told(instance.result.findings, (code) => code === 'config-directory-unreadable');
      }
      if (configDirectory === 'present' || observationOf(instance).directoryAccess !== null) return FINE;
      return troubles({
        level: 'error',
        target: config.path,
        message: 'there is no config directory, and no volume above it',
        evidence: [`nothing at ${config.path}`],
        fix: "mount GLPI's volume here at the same place as in GLPI, or set KEYKEEPER_CONFIG_DIR",
      });
    },
  }),
  check({
    code: 'config-on-volume',
    group: 'files',
    title: "GLPI's config directory lies on a volume that outlives the container",
    levels: ['error', 'warning'],
    needs: ['places'],
    run: ({ places: { config } }) => {
      const { keeping, path, mount } = config;
      if (keeping === 'lasting') return FINE;
      return troubles({
        level: keeping === 'anonymous-volume' ? 'warning' : 'error',
        target: path,
        message: `GLPI's config directory lies ${WHERE[keeping]}: the next GLPI starts without its key`,
        evidence: [`mounted at ${mount?.point ?? '/'}: ${mount?.type ?? 'unknown'}, ${mount?.root ?? '/'}`],
        fix: NAMED_VOLUME,
      });
    },
  }),
  check({
    code: 'config-writable',
    group: 'files',
    title: 'Keykeeper can put files back: the config directory is not mounted read-only here',
    levels: ['error'],
    needs: ['places', 'instance'],
    run: ({ places: { config }, instance }) => {
      if (instance.withoutVault !== null) return skipped('without a vault nothing is put back');
      if (config.mount?.readOnly !== true || config.mount.point === '/') return FINE;
      return troubles({
        level: 'error',
        target: config.path,
        message: 'the config directory is mounted read-only, so nothing can be put back',
        evidence: [`mounted at ${config.mount.point}: read-only`],
        fix: `mount it without ":ro": volumes: ["glpi_data:${config.mount.point}"]`,
      });
    },
  }),
  check({
    code: 'files-regular',
    group: 'files',
    title: 'Every guarded file is a regular file that can be read and kept',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance: { result } }) =>
      told(result.findings, (code) => ['file-not-regular', 'file-oversized', 'file-unreadable'].includes(code)),
  }),
  check({
    code: 'database-file',
    group: 'files',
    title: 'config_db.php can be understood',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance: { result } }) => told(result.findings, (code) => code === 'config-db-malformed'),
  }),
  check({
    code: 'oauth-pair',
    group: 'files',
    title: 'oauth.pem and oauth.pub are both there, or neither',
    levels: ['warning'],
    needs: ['instance'],
    run: ({ instance: { result } }) => told(result.findings, (code) => code === 'oauth-pair-incomplete'),
  }),
  check({
    code: 'hard-links',
    group: 'files',
    title: 'No other name shares the content of a guarded file (snapshots made of hard links do)',
    levels: ['advice'],
    needs: ['instance'],
    run: ({ instance: { result } }) => told(result.findings, (code) => code === 'file-hard-linked'),
  }),
];
