import type { Fingerprint } from './brand.ts';

/** What the row of the GLPI Network registration key holds (`glpi_configs`, core, `glpinetwork_registration_key`). */
export type RegistrationRow =
  /** There is no GLPI in the database. */
  | { readonly kind: 'unread' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'null' }
  /** '' or '0', which both mean "none" to GLPI. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'sealed-empty' }
  /** A registration key; `under` is the security key that opens it. */
  | { readonly kind: 'opens'; readonly fingerprint: Fingerprint; readonly under: Fingerprint }
  /**
   * GLPI garbled what was there, or sealed a ciphertext: no administrator wrote that. `fingerprint` is of the registration
   * key that can be computed back, null where there is none.
   */
  | { readonly kind: 'garbled'; readonly fingerprint: Fingerprint | null; readonly under: Fingerprint }
  /** It opens, and is no registration key: somebody typed something else into the field. */
  | { readonly kind: 'other'; readonly under: Fingerprint }
  /** No known key opens it. `ours`: the vault's escrow holds this very value for this place. */
  | { readonly kind: 'closed'; readonly ours: boolean };

/** What a person wants of the row, beside the rules. */
export type RegistrationWish =
  /** `KEYKEEPER_REGISTRATION_KEY`: applied once per value. `cleaned`: more than a final line break was taken off. */
  | { readonly kind: 'setting'; readonly fingerprint: Fingerprint; readonly cleaned: boolean }
  /** `keykeeper registration set`: now. */
  | { readonly kind: 'set'; readonly fingerprint: Fingerprint }
  /** `keykeeper registration clear`: now. */
  | { readonly kind: 'clear' };

/** One writing of the row by Keykeeper, as the vault's record `wishes` keeps it. */
export interface RegistrationWrite {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** `wish`: from the settings. `restored`: from the vault. `resealed`: what stood there, where GLPI could not read it. */
  readonly why: 'wish' | 'restored' | 'resealed' | 'set' | 'cleared';
  /** Null where the row was emptied. */
  readonly fingerprint: Fingerprint | null;
}

/** Oldest first. */
export type RegistrationWrites = readonly RegistrationWrite[];

const MOST_WRITES = 100;

/** The record with one more writing: of the settings' keys, each is kept once, so that none is ever applied again. */
export function withWrite(writes: RegistrationWrites, write: RegistrationWrite): RegistrationWrites {
  const same = (each: RegistrationWrite) => each.why === write.why && each.fingerprint === write.fingerprint;
  return [...writes.filter((each) => !same(each)), write].slice(-MOST_WRITES);
}

/** Whether this key of the settings was applied before. */
export function wasApplied(writes: RegistrationWrites, fingerprint: Fingerprint): boolean {
  return writes.some((each) => each.why === 'wish' && each.fingerprint === fingerprint);
}
