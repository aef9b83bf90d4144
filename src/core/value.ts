import type { Fingerprint, Sha256 } from './brand.ts';

/** Where a secured value stands in the database. */
export interface ValueReference {
  readonly table: string;
  readonly column: string;
  readonly id: number;
  /** Context and name of a `glpi_configs` row. */
  readonly context?: string;
  readonly name?: string;
  /** `$.secret` where the column holds JSON and only this member is sealed (`glpi_users.2fa`). */
  readonly jsonPath?: string;
}

/**
 * `token`: made by GLPI for users and clients, in columns that held clear text in older versions; `setting`: typed in
 * by an administrator. Settings count before tokens where keys are compared.
 */
export type ValueClass = 'setting' | 'token';

/** A value as read from the database, before any key is tried on it. */
export interface StoredValue {
  readonly reference: ValueReference;
  readonly class: ValueClass;
  /** The column is one that this GLPI version seals. */
  readonly sealedColumn: boolean;
  /** Never null, '' or '0': those mean "none" and are not read as values. */
  readonly value: string;
}

/**
 * What a key makes of a value whose tag it verifies. `real`: a plaintext that can be one. `empty`: a sealed ''.
 * `garbled`: GLPI ran its legacy routine, or sealed a ciphertext; `inverse` tells whether the value before can be
 * computed back and opens under a known key.
 */
export interface Opening {
  readonly fingerprint: Fingerprint;
  readonly as: 'real' | 'empty' | 'garbled';
  /** Keykeeper sealed it itself (see the nonce mark in glpi/sealed-value.ts): it proves nothing. */
  readonly ours: boolean;
}

/** A value with what every candidate key makes of it. */
export interface ValueEvidence {
  readonly reference: ValueReference;
  readonly class: ValueClass;
  readonly sealedColumn: boolean;
  /** base64 of at least 40 bytes: it can be a sealed value. */
  readonly shaped: boolean;
  /** SHA-256 over reference and value: names this very content without showing it. */
  readonly digest: Sha256;
  readonly opens: readonly Opening[];
  /** Set where the value is empty or garbled under a key, and something better is known. */
  readonly better: 'escrow' | 'inverse' | null;
}

/** A place of the vault's escrow whose row is still there and holds nothing any more: '', '0' or NULL. */
export interface EmptiedValue {
  readonly reference: ValueReference;
  /** SHA-256 over the reference and the value that the vault keeps for it: names this emptying of this place. */
  readonly digest: Sha256;
  /** The key that opens what the vault keeps; null where that was not read. */
  readonly under: Fingerprint | null;
}

/** A place whose value is lost and of which the vault still knows an earlier one, out of an older generation. */
export interface PastPlace {
  readonly reference: ValueReference;
  /** What the place holds now: something that no known key opens; '' or NULL; a sealed ''. */
  readonly holds: 'dead' | 'nothing' | 'sealed-nothing';
  /** When the vault saw the value last: RFC 3339, UTC. */
  readonly seenAt: string;
}
