import type { Fingerprint } from '../core/brand.ts';
import type { EscrowEntry } from '../core/generation.ts';
import type { RegistrationRow } from '../core/registration.ts';
import { Secret } from '../core/secret.ts';
import type { RegistrationRow as Cell } from '../glpi/database/database.ts';
import { recoverSealed } from '../glpi/garbled.ts';
import { KeyRing } from '../glpi/key-ring.ts';
import { isRegistrationKey, registrationFingerprint } from '../glpi/registration-key.ts';
import type { Keyring } from './keyring.ts';

/** Name of the setting of GLPI's core that holds the registration key. */
const SETTING = 'glpinetwork_registration_key';

export interface RegistrationLook {
  readonly cell: Cell;
  /** The database is a GLPI's. */
  readonly glpi: boolean;
  /** `10.0.17`, …; null where the database does not say. */
  readonly version: string | null;
  readonly keyring: Keyring;
  readonly legacyKeys: readonly Buffer[];
  /** What the vault keeps: a value that nothing opens is this instance's where it is among them. */
  readonly escrow: readonly EscrowEntry[];
}

export interface RegistrationSight {
  readonly row: RegistrationRow;
  /** The registration key that stands in the row, or behind what GLPI made of it; null where there is none to read. */
  readonly key: Secret<string> | null;
}

/** Says what the cell of the registration key holds. */
export function observeRegistration(look: RegistrationLook): RegistrationSight {
  const { cell, glpi, keyring, escrow } = look;
  if (!glpi) return { row: { kind: 'unread' }, key: null };
  if (typeof cell === 'string') return { row: { kind: cell }, key: null };
  const opened = new KeyRing(keyring.keys).open(cell.value);
  if (opened !== null) return readPlaintext(opened.plaintext, opened.fingerprint, look);
  const ours = escrow.some((each) => each.reference.name === SETTING && each.value === cell.value);
  return { row: { kind: 'closed', ours }, key: null };
}

function readPlaintext(plaintext: Buffer, under: Fingerprint, look: RegistrationLook): RegistrationSight {
  const found = readKey(plaintext);
  if (found !== null)
    return { row: { kind: 'opens', fingerprint: registrationFingerprint(found), under }, key: new Secret(found) };
  const behind = plaintext.length === 0 ? null : recoverSealed(plaintext, recoveryOf(look));
  // A sealed '' that was garbled meant "none" before, too.
  if ((behind?.plaintext ?? plaintext).length === 0) return { row: { kind: 'sealed-empty' }, key: null };
  if (behind === null) return { row: { kind: 'other', under }, key: null };
  const inner = readKey(behind.plaintext);
  const fingerprint = inner === null ? null : registrationFingerprint(inner);
  return { row: { kind: 'garbled', fingerprint, under }, key: inner === null ? null : new Secret(inner) };
}

function readKey(plaintext: Buffer): string | null {
  const text = plaintext.toString('utf8');
  return isRegistrationKey(text) ? text : null;
}

function recoveryOf({ keyring, legacyKeys, version }: RegistrationLook) {
  return { ring: new KeyRing(keyring.keys), legacyKeys, version };
}
