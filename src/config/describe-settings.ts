import { fileURLToPath } from 'node:url';
import type { Secret } from '../core/secret.ts';
import { SETTING_NAMES, type SettingName } from './declarations.ts';
import { formatDuration } from './duration.ts';
import { formatHttpAddress } from './http-address.ts';
import type { LoadedSettings } from './load-settings.ts';
import type { DatabaseSetting, ScheduleSetting, Settings } from './settings.ts';

/** One line of `keykeeper config`. */
export interface DescribedSetting {
  /** In camelCase, as in keykeeper.yaml; for the image's own variables `environmentDatabase`. */
  readonly name: string;
  /** `[redacted]` for a secret that is set, `(not set)` for whatever is not. */
  readonly value: string;
  /** `flag`, `environment`, `<path>:<line>`, `preset` or `default`. */
  readonly source: string;
  /** What speaks for it where it was found out, for a person. */
  readonly evidence?: string;
}

const NOT_SET = '(not set)';

/** The effective settings as texts that may be shown to anybody. */
export function describeSettings(loaded: LoadedSettings): DescribedSetting[] {
  const described = SETTING_NAMES.map((name) => {
    const origin = loaded.origins[name];
    const source = origin.source === 'file' ? origin.place : origin.source;
    const value = valueText(name, loaded.settings);
    return name === 'preset'
      ? { name, value, source, evidence: loaded.settings.presetEvidence }
      : { name, value, source };
  });
  return [...described, describeEnvironmentDatabase(loaded)];
}

/** A path as it is written, not as a URL wants it. */
function vaultText(vault: URL): string {
  return vault.protocol === 'file:' ? `file://${encodeURI(fileURLToPath(vault))}` : vault.href;
}

function valueText(name: SettingName, settings: Settings): string {
  switch (name) {
    case 'vault':
      return vaultText(settings.vault);
    case 'preset':
      return settings.preset.name;
    case 'database':
      return databaseText(settings.database);
    case 'owner':
      return settings.owner.kind === 'auto' ? 'auto' : `${settings.owner.uid}:${settings.owner.gid}`;
    case 'http':
      return settings.http.kind === 'off' ? 'off' : formatHttpAddress(settings.http);
    case 'ageRecipients':
      return settings.ageRecipients.length === 0 ? NOT_SET : settings.ageRecipients.join(', ');
    case 'databaseWait':
    case 'settle':
    case 'interval':
      return formatDuration(settings[name]);
    case 'drill':
    case 'export':
      return scheduleText(settings[name]);
    case 'container':
    case 'seed':
    case 'pod':
    case 'lock':
    case 'exportTo':
    case 'registrationUrl':
    case 'caFile':
      return settings[name] ?? NOT_SET;
    case 'configDir':
    case 'terminationLog':
    case 'varDir':
    case 'instance':
    case 'gate':
    case 'rescue':
    case 'platform':
    case 'registrationValidate':
    case 'logLevel':
    case 'logFormat':
      return settings[name];
    case 'databasePassword':
      return secretText(settings.database.kind === 'url' ? settings.database.password : null);
    case 'ageIdentity':
    case 'registrationKey':
    case 'httpToken':
      return secretText(settings[name]);
  }
}

function scheduleText(schedule: ScheduleSetting): string {
  return schedule.kind === 'off' ? 'off' : formatDuration(schedule.interval);
}

function secretText(secret: Secret<string> | null): string {
  return secret === null ? NOT_SET : '[redacted]';
}

function databaseText(database: DatabaseSetting): string {
  return database.kind === 'url' ? addressText(database) : database.kind;
}

function addressText({ hosts, user, schema }: { hosts: readonly string[]; user: string; schema: string }): string {
  const [host = '', socket] = (hosts[0] ?? '').split(/:(?=\/)/);
  const query = socket === undefined ? '' : `?socket=${encodeURI(socket)}`;
  return `mysql://${encodeURIComponent(user)}@${host}/${encodeURIComponent(schema)}${query}`;
}

function describeEnvironmentDatabase({ settings, missingVariables }: LoadedSettings): DescribedSetting {
  const name = 'environmentDatabase';
  const { environmentDatabase } = settings;
  if (environmentDatabase !== null) return { name, value: addressText(environmentDatabase), source: 'environment' };
  if (missingVariables.length === 0) return { name, value: NOT_SET, source: 'default' };
  return { name, value: `(incomplete: ${missingVariables.join(', ')} missing)`, source: 'environment' };
}
