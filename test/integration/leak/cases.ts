/** One run of a command; `input` is what it reads, `settings` are beside the instance's own. */
export interface LeakCase {
  readonly args: readonly string[];
  readonly input?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Secrets, and files that hold them, that cases name. */
export interface LeakScene {
  readonly registrationKey: string;
  readonly registrationFile: string;
  readonly oldKeyFile: string;
  readonly exportFile: string;
  readonly http: string;
  readonly password: string;
  readonly token: string;
  readonly identity: string;
  readonly recipient: string;
}

/** What is run of each command, by its name, in this order: what changes most comes last. */
export function casesOf(scene: LeakScene): Readonly<Record<string, readonly LeakCase[]>> {
  return {
    config: [{ args: ['config'] }],
    init: [{ args: ['init', '--dry-run'] }, { args: ['init'] }],
    status: [{ args: ['status', '--deep'] }],
    doctor: [{ args: ['doctor'] }],
    capture: [{ args: ['capture'] }, { args: ['capture', '--from', scene.oldKeyFile] }],
    history: [{ args: ['history'] }],
    accept: [{ args: ['accept'] }],
    drill: [{ args: ['drill'] }],
    export: [{ args: ['export', scene.exportFile, '--recipient', scene.recipient] }],
    import: [{ args: ['import', scene.exportFile] }],
    healthcheck: [
      { args: ['healthcheck'], settings: { KEYKEEPER_HTTP: scene.http } },
      { args: ['healthcheck', '--live'] },
    ],
    'registration set': [
      { args: ['registration', 'set'], input: scene.registrationKey },
      { args: ['registration', 'set', '--file', scene.registrationFile] },
      { args: ['registration', 'set'], input: `${scene.registrationKey.slice(0, -8)}!!` },
    ],
    'registration show': [{ args: ['registration', 'show'] }],
    'registration validate': [{ args: ['registration', 'validate', '--dry-run'] }],
    'registration clear': [{ args: ['registration', 'clear'] }],
    restore: [{ args: ['restore'] }, { args: ['restore', '--generation', '1'] }],
    rescue: [{ args: ['rescue', '--yes'] }],
    rotate: [{ args: ['rotate', '--yes'] }],
    'vault reencrypt': [{ args: ['vault', 'reencrypt'], settings: { KEYKEEPER_AGE_RECIPIENTS: scene.recipient } }],
    // Runs beside all of these.
    watch: [],
  };
}

/** Mistakes that people make with secrets, and refusals that have one at hand. */
export function mistakes(scene: LeakScene): readonly LeakCase[] {
  const { password, token, identity, registrationKey } = scene;
  const wrong = (settings: LeakCase['settings'] = {}): LeakCase => ({ args: ['init'], settings });
  return [
    { args: [token] },
    { args: ['init', token] },
    { args: ['registration', 'set', registrationKey] },
    { args: ['init', `--${token}`] },
    { args: ['init', '--database-password', password] },
    wrong({ KEYKEEPER_DATABASE: `mysql://root:${password}@localhost/glpi` }),
    wrong({ KEYKEEPER_DATABASE: `mysql://root@127.0.0.1:1/glpi`, KEYKEEPER_DATABASE_PASSWORD: password }),
    wrong({ KEYKEEPER_AGE_RECIPIENTS: identity }),
    wrong({ KEYKEEPER_AGE_IDENTITY_FILE: '', KEYKEEPER_AGE_IDENTITY: `${identity.slice(0, -1)}X` }),
    wrong({ KEYKEEPER_HTTP: token }),
    wrong({ KEYKEEPER_HTTP_TOKEN_FILE: '', KEYKEEPER_HTTP_TOKEN: `${token} with a blank` }),
    wrong({ KEYKEEPER_VAULT: `file://user:${password}@/vault` }),
    wrong({ KEYKEEPER_REGISTRATION_URL: `https://user:${password}@localhost/` }),
    wrong({ KEYKEEPER_INSTANCE: password }),
    wrong({ [`KEYKEEPER_${token.slice(0, 8)}`]: token }),
    // The vault is encrypted, and nothing opens it.
    wrong({ KEYKEEPER_AGE_IDENTITY_FILE: '' }),
    wrong({ KEYKEEPER_VAULT: 'file:///dev/null/vault' }),
  ];
}
