import { realpathSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AbsolutePath } from '../../core/brand.ts';
import { Failure, systemCode } from '../../core/failure.ts';
import type { Secret } from '../../core/secret.ts';
import { createEnvelope } from '../age-envelope.ts';
import { type LeaseClock, systemClock } from '../lease-clock.ts';
import type { RetentionLimits } from '../retention.ts';
import type { Vault } from '../vault.ts';
import { DirectoryVault } from './directory-vault.ts';
import { createEscrowStore } from './escrow-store.ts';
import { type VaultMemory, vaultMemory } from './file-memory.ts';
import { createGenerationStore } from './generation-store.ts';
import {
  type InstanceFolder,
  inspectInstanceFolder,
  instanceFolder,
  prepareInstanceFolder,
} from './instance-folder.ts';
import { type Mount, readMounts } from './mount.ts';
import { createRecordStore } from './record-store.ts';
import { refuseGlpiVolume } from './refuse-glpi-volume.ts';
import { vaultFailure } from './vault-failure.ts';
import { removeTemporaries } from './write-whole.ts';

export interface DirectoryVaultOptions {
  /** Name of the instance: its folder in the vault. Letters, digits, `.`, `_` and `-`. */
  readonly instance: string;
  /** age recipients: everything written is encrypted to all of them. Empty: in clear. */
  readonly recipients: readonly string[];
  /** Text of an age identity file. */
  readonly identity: Secret<string> | null;
  /** GLPI's own directories; they need not exist. The vault must not lie in one, nor on the volume of one. */
  readonly glpiDirectories: readonly AbsolutePath[];
  /** Makes the instance's folder where there is none and allows writing; false: looks only and touches nothing. */
  readonly create: boolean;
  /** How much repetition {@link Vault.prune} leaves; defaults as in retention.ts. */
  readonly retention?: RetentionLimits;
  /** What earlier openings with these same options read; defaults to nothing. */
  readonly memory?: VaultMemory;
  /** Defaults to what /proc says. */
  readonly mounts?: readonly Mount[];
  /** Defaults to the monotonic clock of this process. */
  readonly clock?: LeaseClock;
  /** Defaults to the wall clock: it dates generations, nothing more is decided by it than retention. */
  readonly now?: () => Date;
}

const INSTANCE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * Opens the vault in the directory of a `file:` URL. Generations are in a folder of Keykeeper's own below it,
 * `<directory>/<instance>/`, mode 0700; the directory itself may be anybody's.
 *
 * @throws Failure `vault-missing`, `vault-unreadable`, `vault-unwritable`, `vault-full`, `vault-foreign`,
 *   `vault-newer-format`, `vault-on-glpi-volume`, `invalid-setting`
 */
export async function openDirectoryVault(url: URL, options: DirectoryVaultOptions): Promise<Vault> {
  const { instance, create, glpiDirectories } = options;
  if (!INSTANCE.test(instance)) throw invalidInstance(instance);
  const directory = directoryOf(url);
  refuseGlpiVolume(directory, glpiDirectories, options.mounts ?? readMounts());
  const envelope = createEnvelope(options.recipients, options.identity);
  if (create) await envelope.check();
  const place = create ? openForWriting(directory, instance) : openForLooking(directory, instance);
  const now = options.now ?? (() => new Date());
  const memory = options.memory ?? vaultMemory();
  return new DirectoryVault({
    url: url.href,
    instance,
    place,
    envelope,
    generations: createGenerationStore(place, instance, envelope, memory.generations),
    records: createRecordStore(place, instance, envelope, memory.records),
    escrow: createEscrowStore(place, envelope, () => now().getTime()),
    retention: options.retention ?? {},
    clock: options.clock ?? systemClock,
    now,
    ready: (purpose) => {
      requireDirectory(directory);
      if (purpose === 'read') return;
      if (!create) throw openedForLooking(directory);
      prepareInstanceFolder(directory, instance);
    },
  });
}

function openForWriting(directory: string, instance: string): InstanceFolder {
  const place = prepareInstanceFolder(directory, instance);
  try {
    removeTemporaries(place);
  } catch (error) {
    throw vaultFailure(error, place.folder, 'read');
  }
  return place;
}

function openForLooking(directory: string, instance: string): InstanceFolder {
  inspectInstanceFolder(directory, instance);
  return instanceFolder(directory, instance, null);
}

/** The real path of the vault's directory. */
function directoryOf(url: URL): string {
  if (url.protocol !== 'file:' || url.host !== '') {
    throw new Failure(
      'invalid-setting',
      `the vault "${url.protocol}//${url.host}" is not a directory of this machine`,
      {
        target: 'KEYKEEPER_VAULT',
        expected: 'file:// and an absolute path',
        try: 'KEYKEEPER_VAULT=file:///vault',
      },
    );
  }
  const path = fileURLToPath(url);
  requireDirectory(path);
  try {
    return realpathSync.native(path);
  } catch (error) {
    throw vaultFailure(error, path, 'read');
  }
}

/** The directory is never made: a misspelt mount would put the vault into the container's own, short-lived layer. */
function requireDirectory(path: string): void {
  try {
    if (statSync(path).isDirectory()) return;
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw vaultFailure(error, path, 'read');
  }
  throw new Failure('vault-missing', `there is no directory "${path}" for the vault`, {
    target: path,
    expected: 'a directory, on a volume of its own',
    try: `mount a volume at ${path}, or set KEYKEEPER_VAULT to where it is mounted`,
  });
}

function openedForLooking(directory: string): Failure {
  return new Failure('vault-unwritable', 'the vault was opened for looking only', { target: directory });
}

function invalidInstance(instance: string): Failure {
  return new Failure('invalid-setting', `"${instance}" cannot be the name of an instance`, {
    target: 'KEYKEEPER_INSTANCE',
    expected: 'up to 63 letters, digits, ".", "_" and "-", the first a letter or a digit',
    try: 'KEYKEEPER_INSTANCE=glpi',
  });
}
