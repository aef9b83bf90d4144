import type { Fingerprint, Gid, Mode, Sha256, Uid } from './brand.ts';
import type { GuardedFile } from './guarded-set.ts';
import type { Secret } from './secret.ts';
import type { Sequence } from './sequence.ts';
import type { ValueReference } from './value.ts';

/** What names a GLPI database. Members are null where the database does not say. */
export interface DatabaseIdentity {
  /** `host:port` or `/path/of/socket`, as GLPI or the settings name it, port always given. */
  readonly address: string;
  readonly schema: string;
  /** `glpi_configs` core `instance_uuid`, and `glpi_network_uuid`. */
  readonly instanceUuid: string | null;
  readonly glpiNetworkUuid: string | null;
}

/** Why a generation's key is called right, or that it is not. Counts of database values at the time. */
export interface Proof {
  /** How many values were tried. */
  readonly tested: number;
  /** How many the key authenticated. */
  readonly opened: number;
  /** How many of them were real values that Keykeeper did not write. At least 1, or the key is not proven. */
  readonly real: number;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** A guarded file as a generation keeps it. */
export interface KeptFile {
  readonly name: GuardedFile;
  readonly mode: Mode;
  readonly uid: Uid;
  readonly gid: Gid;
  /** In bytes. */
  readonly size: number;
  /** SHA-256 of the content; null where the contents are sealed and no identity opens them. */
  readonly sha256: Sha256 | null;
  /** Null where the contents are sealed and no identity opens them. */
  readonly content: Secret<Buffer> | null;
}

/** One sealed value of the database, as it stood there: ciphertext, base64. */
export interface EscrowEntry {
  readonly reference: ValueReference;
  readonly value: string;
}

/** What was known of the registration key. `cleared`: an administrator emptied it on purpose. */
export type KeptRegistration =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'cleared' }
  | { readonly kind: 'kept'; readonly key: Secret<string> | null; readonly fingerprint: Fingerprint };

/**
 * One immutable record of an instance. `id` is the hash of its content and tells equal ones apart from different ones;
 * `number` is only its place.
 */
export interface Generation {
  readonly id: Sha256;
  readonly number: number;
  readonly instance: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** Why it was written: `capture-first`, `capture`, `restore`, `accept`, `adopt`, `reseal`, … */
  readonly reason: string;
  /** Of the security key; null when the generation holds none, or malformed bytes. */
  readonly fingerprint: Fingerprint | null;
  readonly proof: Proof | null;
  readonly database: DatabaseIdentity | null;
  /** `9.5.6`, `10.0.17`, …; null when unknown. */
  readonly glpiVersion: string | null;
  readonly files: readonly KeptFile[];
  /** Optional files that were there before and that an administrator removed: they do not come back. */
  readonly removed: readonly GuardedFile[];
  readonly registration: KeptRegistration;
  /** Number of escrow entries; the entries are read on demand. */
  readonly escrowCount: number;
  /** SHA-256 over all escrow entries: equal means the same values. Null when there are none. */
  readonly escrowDigest: Sha256 | null;
  /** Dead values that a person has given up (`keykeeper accept`): SHA-256 of reference and value, see value.ts. */
  readonly accepted: readonly Sha256[];
  /** Verdict under which it was written: tells later whether a value emptied in a bad time. */
  readonly verdict: string;
  /** True when the contents are encrypted and no configured identity opens them. */
  readonly sealed: boolean;
  /**
   * SHA-256 over the contents of all files and the registration key: equal means the same, known even where `sealed`
   * is true. Absent where it would let somebody test guesses at a password: sealed contents without a security key.
   */
  readonly contentsDigest?: Sha256;
  /** Lies there in clear although the vault encrypts what it writes: it was written before, or by another. */
  readonly exposed?: true;
}

/** What a caller gives to have a generation written; the vault adds id, number and time. */
export type GenerationDraft = Omit<
  Generation,
  'id' | 'number' | 'createdAt' | 'escrowCount' | 'escrowDigest' | 'sealed' | 'contentsDigest' | 'exposed' | 'files'
> & {
  readonly files: readonly (Omit<KeptFile, 'sha256' | 'content'> & { readonly content: Secret<Buffer> })[];
  /** `inherit` keeps the escrow of the newest generation that has one. */
  readonly escrow: Sequence<EscrowEntry> | 'inherit';
};
