import type { Secret } from '../../../../src/core/secret.ts';
import type { LeaseClock } from '../../../../src/vault/lease-clock.ts';
import type { Vault } from '../../../../src/vault/vault.ts';

export interface OpenOptions {
  readonly recipients?: readonly string[];
  readonly identity?: Secret<string> | null;
  readonly create?: boolean;
  readonly now?: () => Date;
  readonly clock?: LeaseClock;
}

/** An empty place for the vault of the instance `glpi`, whatever it is made of, and a hand that reaches into it. */
export interface VaultPlace extends AsyncDisposable {
  /** Each opening stands for another process. */
  open(options?: OpenOptions): Promise<Vault>;
  /** Everything that lies there, by name. */
  entries(): Promise<Map<string, Buffer>>;
  /** Puts other bytes under a name, or takes it away, past the vault. */
  edit(name: string, bytes: Buffer | null): Promise<void>;
  generationEntry(number: number): string;
  recordEntry(name: string): string;
  isChunk(name: string): boolean;
  /** Whether generations and records lie there as gzip. */
  readonly packed: boolean;
}
