import type { Settings } from '../config/settings.ts';
import { vaultMemory } from '../vault/directory/file-memory.ts';
import { openDirectoryVault } from '../vault/directory/open-directory-vault.ts';
import type { Vault } from '../vault/vault.ts';
import type { VaultOpener } from './look-at-vault.ts';
import { monotonic } from './monotonic.ts';

/** The vault of some settings, wherever it lies. */
export interface VaultSource {
  readonly open: VaultOpener;
  /**
   * Calls `onChange` when others changed the vault, until `signal` is aborted. Calls are hints. Returns at once; a vault
   * that nobody can follow (a directory) is looked at by the timer alone.
   */
  follow(onChange: () => void, signal: AbortSignal): void;
}

/** @param writes false: the vault is neither made nor changed */
export function vaultSource(settings: Settings, writes: boolean): VaultSource {
  return settings.vault.protocol === 'kubernetes:' ? secretSource(settings, writes) : directorySource(settings, writes);
}

function directorySource(settings: Settings, writes: boolean): VaultSource {
  const options = {
    ...contentOptions(settings),
    glpiDirectories: [settings.configDir, settings.preset.glpiRoot],
    create: writes,
  };
  // Opened anew for each pass, for it may have been lost or mounted meanwhile; read anew where its files are others.
  const memory = vaultMemory(monotonic);
  return { open: () => openDirectoryVault(settings.vault, { ...options, memory }), follow: () => {} };
}

/** One session for all openings: it knows what was read last, and out of it comes back what somebody deletes. */
function secretSource(settings: Settings, writes: boolean): VaultSource {
  let session: ReturnType<typeof connect> | null = null;
  async function connect() {
    const { connectToSecret } = await import('../vault/kubernetes/open-kubernetes-vault.ts');
    return await connectToSecret(settings.vault);
  }
  async function connected() {
    session ??= connect();
    try {
      return await session;
    } catch (error) {
      // A service account may be mounted, or a kubeconfig written, by the next time.
      session = null;
      throw error;
    }
  }
  async function open(): Promise<Vault> {
    const { openKubernetesVault } = await import('../vault/kubernetes/open-kubernetes-vault.ts');
    return await openKubernetesVault(await connected(), { ...contentOptions(settings), create: writes });
  }
  async function follow(onChange: () => void, signal: AbortSignal): Promise<void> {
    const { followSecret } = await import('../vault/kubernetes/follow-secret.ts');
    await followSecret(await connected(), onChange, signal);
  }
  return {
    open,
    // Without a way to the cluster every look at the vault says so.
    follow: (onChange, signal) => void follow(onChange, signal).catch(() => {}),
  };
}

function contentOptions({ instance, ageRecipients, ageIdentity }: Settings) {
  return { instance, recipients: [...ageRecipients], identity: ageIdentity };
}
