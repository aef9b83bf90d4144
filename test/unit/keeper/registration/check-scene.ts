import { PRESETS } from '../../../../src/config/presets.ts';
import type { Settings } from '../../../../src/config/settings.ts';
import { absolutePath } from '../../../../src/core/brand.ts';
import type { Circumstances } from '../../../../src/core/receipt.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { registrationFingerprint } from '../../../../src/glpi/registration-key.ts';
import type { CheckSubject } from '../../../../src/keeper/check-subject.ts';

export const CIRCUMSTANCES: Circumstances = {
  'registration-key': 'row-1',
  'security-key': 'aaaaaaaaaaaaaaaa ',
  container: 'container-1 2026-01-01T00:00:00.000Z',
  'glpi-version': '11.0.6',
};

export function subjectWith(key: string, circumstances: Partial<Circumstances> = {}): CheckSubject {
  return {
    key: registrationFingerprint(key),
    circumstances: { ...CIRCUMSTANCES, ...circumstances },
    target: { source: 'config_db.php', hosts: ['db'], user: 'glpi', password: new Secret('p'), schema: 'glpi' },
    keys: [],
    localDefine: null,
  };
}

export function settingsOf(changes: Partial<Settings> = {}): Settings {
  const [preset] = PRESETS;
  if (preset === undefined) throw new Error('there are no presets');
  return {
    configDir: absolutePath('/var/glpi/config'),
    vault: new URL('file:///vault'),
    preset,
    instance: 'glpi',
    gate: 'enforce',
    database: { kind: 'auto' },
    environmentDatabase: null,
    databaseWait: 2_000,
    owner: { kind: 'auto' },
    presetEvidence: 'a test names it',
    lock: null,
    rescue: 'auto',
    ageRecipients: [],
    ageIdentity: null,
    seed: null,
    platform: 'none',
    container: null,
    pod: null,
    terminationLog: absolutePath('/dev/termination-log'),
    registrationKey: null,
    registrationValidate: 'on',
    registrationUrl: null,
    caFile: null,
    varDir: absolutePath('/var/glpi/files'),
    drill: { kind: 'off' },
    export: { kind: 'off' },
    exportTo: null,
    http: { kind: 'off' },
    httpToken: null,
    settle: 50,
    interval: 60_000,
    logLevel: 'info',
    logFormat: 'text',
    ...changes,
  };
}
