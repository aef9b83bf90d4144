import { OFFICIAL } from '../../../config/presets.ts';
import { check, FINE, skipped, told, troubles } from '../check.ts';
import type { ContainersFact } from '../facts/look-at-containers.ts';
import { observationOf, withDatabase } from '../seen.ts';

/** Presets of images that install GLPI by themselves (docs/settings.md names their variables). */
const INSTALLS_ITSELF: ReadonlySet<string> = new Set([OFFICIAL, 'elestio']);
const DAY = 24 * 3_600_000;

/** What GLPI's container is, and what it does to its keys. */
export const CONTAINER_CHECKS = [
  check({
    code: 'container-found',
    group: 'glpi-container',
    title: "GLPI's container is found, where there is an engine to ask",
    levels: ['warning', 'advice'],
    needs: ['platform', 'containers'],
    run: ({ platform, containers }) => {
      if (containers.kind === 'unseen' && platform.findings.length === 0) return skipped(containers.why);
      return told(platform.findings, (code) => code !== 'guarding-another-volume' && code !== 'glpi-restarting');
    },
  }),
  check({
    code: 'same-volume',
    group: 'glpi-container',
    title: 'GLPI reads its keys from the very directory that is guarded',
    levels: ['error', 'warning'],
    needs: ['platform', 'containers', 'surroundings'],
    run: ({ platform, containers, surroundings: { contained } }) => {
      if (platform.container === null) return skipped("GLPI's container cannot be looked at from here");
      const own = containers.kind === 'described' ? containers.description.own : null;
      if (own === null && contained) return skipped('the engine cannot tell which container this is');
      return told(platform.findings, (code) => code === 'guarding-another-volume');
    },
  }),
  check({
    code: 'glpi-stays-up',
    group: 'glpi-container',
    title: "GLPI's container does not end again and again",
    levels: ['warning'],
    needs: ['platform'],
    run: ({ platform }) => {
      if (platform.container === null) return skipped("GLPI's container cannot be looked at from here");
      return told(platform.findings, (code) => code === 'glpi-restarting');
    },
  }),
  check({
    code: 'auto-install',
    group: 'glpi-container',
    title: "GLPI's auto-install cannot meet a config directory that vanished",
    levels: ['error'],
    needs: ['settings', 'places', 'surroundings', 'containers'],
    run: ({ settings: { settings }, places: { config }, surroundings, containers }) => {
      const { preset, environmentDatabase } = settings;
      if (!INSTALLS_ITSELF.has(preset.name)) return skipped(`the image (${preset.name}) does not install by itself`);
      if (environmentDatabase === null)
        return skipped('whether it is on cannot be seen: its variables are not given here');
      const skip = switchOf(containers, 'GLPI_SKIP_AUTOINSTALL') ?? surroundings.skipAutoInstall;
      if (config.keeping === 'lasting' || isOn(skip)) return FINE;
      return troubles({
        level: 'error',
        target: 'GLPI_SKIP_AUTOINSTALL',
        message: 'with the config directory gone, GLPI installs over its database at the next start, with a new key',
        evidence: [
          `${config.path} does not outlive its container (${config.keeping})`,
          'all database variables are set',
        ],
        fix: 'a named volume for the config directory, or GLPI_SKIP_AUTOINSTALL=true in .env',
      });
    },
  }),
  check({
    code: 'start-script',
    group: 'glpi-container',
    title: "The start script of GLPI's image leaves the key alone",
    levels: ['warning'],
    needs: ['settings', 'containers'],
    run: ({ settings: { settings }, containers }) => {
      const image = containers.kind === 'described' ? (containers.description.glpi?.image ?? '') : '';
      const found = MEDDLERS.find(({ name }) => settings.preset.name === name || image.includes(`${name}/glpi`));
      if (found === undefined) return FINE;
      return troubles({
        level: 'warning',
        target: image || `preset ${found.name}`,
        message: found.message,
        evidence: [found.evidence],
        fix: 'let GLPI start behind the gate alone: depends_on keykeeper-init with service_completed_successfully',
      });
    },
  }),
  check({
    code: 'php-modules',
    group: 'glpi-container',
    title: "GLPI's PHP has sodium, curl, openssl and mysqli",
    levels: ['error', 'warning'],
    needs: ['php'],
    run: ({ php }) => {
      if (php.kind === 'unseen') return skipped(php.why);
      if (php.missing.length === 0) return FINE;
      const grave = php.missing.includes('sodium') || php.missing.includes('mysqli');
      return troubles({
        level: grave ? 'error' : 'warning',
        target: php.missing.join(', '),
        message: grave
          ? `GLPI's PHP has no ${php.missing.join(' and ')}: it cannot seal and open its secrets as it should`
          : `GLPI's PHP has no ${php.missing.join(' and ')}: it calls its registration key invalid, which it may not be`,
        evidence: php.missing.map((name) => `php -m does not name ${name}`),
        fix: `an image of GLPI whose PHP has ${php.missing.join(' and ')}: docker-php-ext-install ${php.missing.join(' ')}`,
      });
    },
  }),
  check({
    code: 'cron-runs',
    group: 'glpi-container',
    title: "GLPI's automatic actions run",
    levels: ['warning', 'advice'],
    needs: ['instance'],
    run: ({ instance }) =>
      withDatabase(instance, ({ checkIn }) => {
        if (checkIn === null) return skipped('glpi_crontasks cannot be read');
        const { at } = observationOf(instance);
        const { lastRun } = checkIn;
        if (lastRun !== null && Date.parse(at) - Date.parse(lastRun) < DAY) return FINE;
        return troubles({
          level: lastRun === null ? 'advice' : 'warning',
          target: 'glpi_crontasks',
          message: `GLPI's automatic actions ${lastRun === null ? 'have never run' : 'have stopped'}: no mail, and no question to GLPI Network`,
          evidence: [lastRun === null ? 'no task has a last run' : `the last one ran on ${lastRun}`],
          fix: 'GLPI_CRONTAB_ENABLED=1 in the official image; else php front/cron.php each minute as the web user',
        });
      }),
  }),
];

/** Images whose start script changes the key or who may write it. */
const MEDDLERS = [
  {
    name: 'fametec',
    message:
      'the image runs security:change_key at each start that finds no key: a new one, under which no secret opens',
    evidence: "fametec/glpi's start script: config_db.php is rewritten, change_key where glpicrypt.key is missing",
  },
  {
    name: 'eftechcombr',
    message: 'the image opens its config directory to everybody at each start, the key with it',
    evidence: "eftechcombr/glpi's start script: chown -R and chmod -R a+rw on the config directory",
  },
] as const;

function switchOf(containers: ContainersFact, name: string): string | null {
  return containers.kind === 'described' ? (containers.description.glpi?.switches[name] ?? null) : null;
}

/** As the official image's entrypoint compares it. */
function isOn(value: string | null): boolean {
  return value === 'true' || value === '1';
}
