import { readAgeIdentity, readAgeRecipients } from './age-keys.ts';
import { parseDatabaseSetting } from './database-url.ts';
import { declare } from './declaration.ts';
import { DEFAULT_HTTP, parseHttpAddress } from './http-address.ts';
import { parseOwner } from './owner.ts';
import { OFFICIAL, PRESETS } from './presets.ts';
import { REGISTRATION_DECLARATIONS } from './registration-declarations.ts';
import { parseSchedule } from './schedule-setting.ts';
import { asItIs, duration, oneOf } from './setting-reader.ts';
import { DEFAULT_TERMINATION_LOG } from './termination-log.ts';
import {
  readAbsolutePath,
  readContainerName,
  readHttpToken,
  readInstance,
  readPassword,
  readPodName,
} from './texts.ts';
import { parseVaultUrl } from './vault-url.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** Every setting of this release by camelCase name, in the order of the documentation. */
export const DECLARATIONS = {
  configDir: declare({
    read: readAbsolutePath,
    fallback: null,
    fallbackText: "the preset's; `/var/glpi/config` for the official image",
    summary: "GLPI's config directory as this container sees it",
    details: 'It may be absent below a directory that exists: that is a first start.',
    example: '/var/glpi/config',
    holds: 'plain',
  }),
  vault: declare({
    read: parseVaultUrl,
    fallback: 'file:///vault',
    summary: 'where the keys are kept, as a URL',
    details:
      "A directory on a volume of its own, never on GLPI's: what loses the one must not lose the other. Or a Secret: `kubernetes://namespace/name`; `kubernetes:///name` is one of the pod's own namespace.",
    example: 'file:///vault',
    holds: 'plain',
  }),
  preset: declare({
    read: asItIs,
    fallback: 'auto',
    summary: 'which GLPI image this is',
    details: `It gives defaults for the config directory and the owner, and names the image's database variables. One of ${PRESETS.map((each) => each.name).join(', ')}. \`auto\` goes by the image and labels of GLPI's container where a Docker engine can be asked, then by the database variables that are set, then by the config directory and its owner, and is \`${OFFICIAL}\` where nothing speaks for another. \`keykeeper config\` shows what it went by. See [ownership](ownership.md#the-images).`,
    example: OFFICIAL,
    holds: 'plain',
  }),
  instance: declare({
    read: readInstance,
    fallback: 'glpi',
    summary: 'name of this GLPI',
    details: 'A vault serves one instance. Lower-case letters, digits, dots, underscores and hyphens, at most 63.',
    example: 'helpdesk',
    holds: 'plain',
  }),
  gate: declare({
    read: oneOf(['enforce', 'warn']),
    fallback: 'enforce',
    summary: 'whether init blocks the start of GLPI',
    details: '`warn` always opens and says what `enforce` would have done.',
    example: 'warn',
    holds: 'plain',
  }),
  database: declare({
    read: parseDatabaseSetting,
    fallback: 'auto',
    summary: 'the database that keys are tested on',
    details:
      "`auto`: the live config_db.php, else the image's own variables, else the vault's copy. `none`: never ask one; keys stay unproven. Or a URL without a password.",
    example: 'mysql://glpi@db:3306/glpi',
    holds: 'plain',
  }),
  databasePassword: declare({
    read: readPassword,
    fallback: null,
    summary: 'password for the database URL',
    details: 'Only beside a URL: with `auto`, the password comes from where the address comes from.',
    example: '/run/secrets/glpi_database_password',
    holds: 'secret',
  }),
  databaseWait: declare({
    read: duration({ least: 0, most: DAY }),
    fallback: '120s',
    summary: 'how long init waits for a database that does not answer',
    details: 'Afterwards the gate stays shut with exit code 12.',
    example: '5m',
    holds: 'plain',
  }),
  owner: declare({
    read: parseOwner,
    fallback: 'auto',
    summary: 'who is to own the guarded files, as uid:gid',
    details:
      "`auto`: the owner of the config directory, unless that is root; else the preset's user. See [ownership](ownership.md).",
    example: '33:33',
    holds: 'plain',
  }),
  lock: declare({
    read: oneOf(['on', 'off']),
    fallback: null,
    fallbackText: '`off`, but a key file that is locked already stays so',
    summary: "whether the key file is root's and read-only for GLPI",
    details:
      "`on`: an installer that runs before Keykeeper cannot replace the key; neither can GLPI's own `security:change_key`, until `off` lifts it. Needs root. See [ownership](ownership.md#the-lock).",
    example: 'on',
    holds: 'plain',
  }),
  rescue: declare({
    read: oneOf(['auto', 'ask']),
    fallback: 'auto',
    summary: 'whether init brings back values that another known key opens or that GLPI destroyed',
    details: '`ask` leaves them to `keykeeper rescue` and reports them.',
    example: 'ask',
    holds: 'plain',
  }),
  ageRecipients: declare({
    read: readAgeRecipients,
    fallback: null,
    summary: 'age recipients that the vault is encrypted to',
    details: 'Separated by commas or white space, or one a line in the file, where lines with # are comments.',
    example: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
    holds: 'list',
  }),
  ageIdentity: declare({
    read: readAgeIdentity,
    fallback: null,
    summary: 'age identity that opens an encrypted vault',
    details: 'The text that age-keygen writes. Needed to restore; capturing needs only the recipients.',
    example: '/run/secrets/age_identity',
    holds: 'secret',
  }),
  seed: declare({
    read: readAbsolutePath,
    fallback: null,
    summary: 'directory with keys for a vault that has none yet',
    details:
      'A mounted Secret or Docker secret: `glpicrypt.key` (32 bytes, or these as hex or base64) and, where present, other guarded files and `registration-key`. They become the first generation, unproven, before anything is judged. In a vault that has generations, a key that it does not know is one more candidate.',
    example: '/seed',
    holds: 'plain',
  }),
  platform: declare({
    read: oneOf(['auto', 'none', 'docker', 'kubernetes']),
    fallback: 'auto',
    summary: "what to ask about GLPI's container",
    details:
      '`auto`: Kubernetes in a pod with a service account token, Docker where DOCKER_HOST is set or its socket is mounted, and nothing elsewhere.',
    example: 'none',
    holds: 'plain',
  }),
  container: declare({
    read: readContainerName,
    fallback: null,
    fallbackText: 'found by label, else by the volume it shares',
    summary: "name of GLPI's container, in Compose also of its service",
    details: 'Only where the Docker Engine or the Kubernetes API is asked.',
    example: 'glpi',
    holds: 'plain',
  }),
  pod: declare({
    read: readPodName,
    fallback: null,
    fallbackText: "the host name, which is the pod's",
    summary: 'name of the pod that this is',
    details:
      'Only where the Kubernetes API is asked, and the host name is another one (`hostNetwork`, `hostname`): then from the downward API, `metadata.name`.',
    example: 'glpi-0',
    holds: 'plain',
  }),
  terminationLog: declare({
    read: readAbsolutePath,
    fallback: DEFAULT_TERMINATION_LOG,
    summary: 'file that the kubelet reads the reason of an end from',
    details:
      "A blocked gate writes there why GLPI may not start. The pod's `terminationMessagePath`, where that is another one; nothing is written where there is no such file.",
    example: '/dev/termination-log',
    holds: 'plain',
  }),
  ...REGISTRATION_DECLARATIONS,
  drill: declare({
    read: parseSchedule,
    fallback: 'off',
    summary: 'how often watch proves that the vault would bring everything back',
    details:
      'A drill reads the vault and the database, as `keykeeper drill` does; its date and result are in status and metrics. From 1h to 365d.',
    example: '7d',
    holds: 'plain',
  }),
  export: declare({
    read: parseSchedule,
    fallback: 'off',
    summary: 'how often watch writes the whole vault into one file',
    details:
      'Needs `KEYKEEPER_EXPORT_TO`, and `KEYKEEPER_AGE_RECIPIENTS` to encrypt to. A run that failed is tried again after 6h at the latest. From 1h to 365d.',
    example: '1d',
    holds: 'plain',
  }),
  exportTo: declare({
    read: readAbsolutePath,
    fallback: null,
    fallbackText: 'none',
    summary: 'directory or file for exports of the vault, on another disk or machine',
    details:
      'In a directory, each export has a name of its own with instance and time, and the newest 14 of the instance stay. A file is replaced.',
    example: '/offsite',
    holds: 'plain',
  }),
  http: declare({
    read: parseHttpAddress,
    fallback: DEFAULT_HTTP,
    summary: 'where watch serves health, status and metrics, or off',
    details:
      'Reading is open to whoever reaches the address; healthcheck asks there too. `unix:` and a path: a socket for its own user and group alone, in a directory that exists.',
    example: '0.0.0.0:8377',
    holds: 'plain',
  }),
  httpToken: declare({
    read: readHttpToken,
    fallback: null,
    summary: 'bearer token that POST /reconcile asks for',
    details: 'Without one, nothing can be changed over HTTP. At least 16 characters of letters, digits and -._~+/=.',
    example: '/run/secrets/keykeeper_token',
    holds: 'secret',
  }),
  settle: declare({
    read: duration({ least: 0, most: HOUR }),
    fallback: '10s',
    summary: 'how long sealed values must hold still before a live key is replaced',
    details: "Tells an accident from GLPI's own security:change_key on its way.",
    example: '30s',
    holds: 'plain',
  }),
  interval: declare({
    read: duration({ least: SECOND, most: DAY }),
    fallback: '60s',
    summary: 'how often watch looks without being told to',
    details: 'File and container events are acted on at once; this catches what they miss.',
    example: '5m',
    holds: 'plain',
  }),
  logLevel: declare({
    read: oneOf(['error', 'warn', 'info', 'debug']),
    fallback: 'info',
    summary: 'least serious log line that is written',
    details: 'Logs go to standard error.',
    example: 'debug',
    holds: 'plain',
  }),
  logFormat: declare({
    read: oneOf(['text', 'json']),
    fallback: 'text',
    summary: 'how log lines are written',
    details: '`text` on a terminal or not; `json`: one object a line.',
    example: 'json',
    holds: 'plain',
  }),
} as const;

export type SettingName = keyof typeof DECLARATIONS;

export const SETTING_NAMES = Object.keys(DECLARATIONS) as readonly SettingName[];
