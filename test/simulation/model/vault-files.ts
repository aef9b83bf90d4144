import { hash } from 'node:crypto';
import type { Disk } from '../disk/disk.ts';

/** What a generation's file says, read without the product's code. */
export interface Kept {
  /** The key file, whatever its length; null where it holds none. */
  readonly key: Buffer | null;
  /** Null where it says nothing of the registration key. */
  readonly registration: { readonly kind: string; readonly clear: string | null } | null;
}

const GENERATIONS = '/vault/glpi/generations';

/** Reads the vault's files as they lie on the disk. Bytes that were read before are not read again. */
export class VaultFiles {
  readonly #disk: Disk;
  readonly #known = new Map<Buffer, Kept | 'damaged'>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Every generation that is whole, oldest first. */
  generations(): Kept[] {
    const entries = [...(this.#disk.look(GENERATIONS)?.entries ?? [])].sort(([one], [other]) => (one < other ? -1 : 1));
    return entries.flatMap(([, { content }]) => {
      const kept = this.read(content);
      return kept === 'damaged' ? [] : [kept];
    });
  }

  /** Every well-formed key. */
  keys(): Buffer[] {
    return this.generations().flatMap(({ key }) => (key?.length === 32 ? [key] : []));
  }

  read(content: Buffer): Kept | 'damaged' {
    let kept = this.#known.get(content);
    if (kept === undefined) {
      kept = readGeneration(content);
      this.#known.set(content, kept);
    }
    return kept;
  }
}

function readGeneration(content: Buffer): Kept | 'damaged' {
  const text = content.toString('utf8');
  const at = text.lastIndexOf('  "sha256": "');
  const stated = text.slice(at + 13, at + 77);
  if (at < 0 || hash('sha256', content.subarray(0, at), 'hex') !== stated) return 'damaged';
  const { contents, registration } = JSON.parse(text) as {
    readonly contents?: Readonly<Record<string, string>>;
    readonly registration: { readonly kind: string };
  };
  const clear = contents?.registration;
  return {
    key: decoded(contents?.['glpicrypt.key']),
    registration:
      registration.kind === 'unknown'
        ? null
        : { kind: registration.kind, clear: decoded(clear)?.toString('utf8') ?? null },
  };
}

function decoded(base64: string | undefined): Buffer | null {
  return base64 === undefined ? null : Buffer.from(base64, 'base64');
}
