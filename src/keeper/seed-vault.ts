import type { Settings } from '../config/settings.ts';
import { type AbsolutePath, gid, mode, uid } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import type { GenerationDraft, KeptRegistration } from '../core/generation.ts';
import { GUARDED_FILES, KEY_FILE } from '../core/guarded-set.ts';
import { Secret } from '../core/secret.ts';
import { readMountedFile } from '../files/read-mounted-file.ts';
import { isRegistrationKey, registrationFingerprint } from '../glpi/registration-key.ts';
import { decodedKeys, fingerprintOf, inspectKey } from '../glpi/security-key.ts';
import { draftOfFound } from './backup/found-draft.ts';
import type { VaultOpener } from './look-at-vault.ts';

/** The member of a seed directory that holds the registration key, as text. */
const REGISTRATION_FILE = 'registration-key';

/** Keys that others handed over before the vault had any: External Secrets, Sealed Secrets, a Docker secret. */
export class Seed {
  readonly #settings: Settings;
  readonly #directory: AbsolutePath;
  #done = false;

  constructor(settings: Settings, directory: AbsolutePath) {
    this.#settings = settings;
    this.#directory = directory;
  }

  /**
   * Makes the seed the first generation of an empty vault, unproven. In a vault that has generations, a key that none of
   * them holds becomes one more candidate, as out of a backup. Nothing that is there is changed, and once it is done the
   * directory is not read again. One generation is added or none: killed on the way, the next start does it.
   *
   * @returns what is wrong with the seed
   */
  async sow(open: VaultOpener): Promise<Finding[]> {
    if (this.#done) return [];
    const key = this.#readKey();
    if (key === null) return [this.#unusable(KEY_FILE, 'holds no security key: 32 bytes, or these as hex or base64')];
    try {
      const vault = await open();
      const { generations } = await vault.list();
      const newest = generations.at(-1) ?? null;
      const known = generations.some((each) => each.fingerprint === fingerprintOf(key));
      if (newest === null) await vault.add(this.#firstDraft(key));
      else if (!known) await vault.add(this.#candidateDraft(key, newest));
      this.#done = true;
    } catch (error) {
      // A vault that cannot be used is told by whoever looks at it next; the seed waits for it.
      if (!(error instanceof Failure)) throw error;
    }
    return this.#findings();
  }

  #firstDraft(key: Buffer): GenerationDraft {
    const { instance } = this.#settings;
    const files = GUARDED_FILES.flatMap((name) => {
      const content = name === KEY_FILE ? key : readMountedFile(this.#directory, name);
      return content === null ? [] : [{ name, ...this.#access(), size: content.length, content: new Secret(content) }];
    });
    return {
      instance,
      reason: 'seed',
      fingerprint: fingerprintOf(key),
      proof: null,
      database: null,
      glpiVersion: null,
      files,
      removed: [],
      registration: this.#registration(),
      accepted: [],
      verdict: 'unproven',
      escrow: [],
    };
  }

  #candidateDraft(key: Buffer, newest: Parameters<typeof draftOfFound>[2]): GenerationDraft {
    const found = { fingerprint: fingerprintOf(key), bytes: new Secret(key) };
    const content = { key: found, companions: [], proof: null, verdict: 'unproven', accepted: newest?.accepted ?? [] };
    const { mode: newFileMode, ...owner } = this.#access();
    return draftOfFound(content, this.#settings.instance, newest, { ...owner, newFileMode });
  }

  #readKey(): Buffer | null {
    const bytes = readMountedFile(this.#directory, KEY_FILE);
    if (bytes === null) return null;
    return inspectKey(bytes).kind === 'well-formed' ? bytes : (decodedKeys(bytes)[0] ?? null);
  }

  #registration(): KeptRegistration {
    const text = this.#registrationText();
    if (text === null || !isRegistrationKey(text)) return { kind: 'unknown' };
    return { kind: 'kept', key: new Secret(text), fingerprint: registrationFingerprint(text) };
  }

  #registrationText(): string | null {
    return readMountedFile(this.#directory, REGISTRATION_FILE)?.toString('utf8').trim() || null;
  }

  #findings(): Finding[] {
    const text = this.#registrationText();
    if (text === null || isRegistrationKey(text)) return [];
    return [this.#unusable(REGISTRATION_FILE, 'is no registration key')];
  }

  #access() {
    const { owner, preset } = this.#settings;
    const fixed = owner.kind === 'fixed' ? owner : preset;
    return { uid: fixed.uid ?? uid(0), gid: fixed.gid ?? gid(0), mode: mode(0o640) };
  }

  #unusable(name: string, what: string): Finding {
    const target = `${this.#directory}/${name}`;
    return {
      code: 'seed-unusable',
      severity: 'warning',
      target,
      message: `"${target}" ${what}: nothing of it goes into the vault`,
      try: 'mount a Secret with the member glpicrypt.key there, or leave KEYKEEPER_SEED out',
    };
  }
}
