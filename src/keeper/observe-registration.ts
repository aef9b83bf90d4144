import type { EscrowEntry } from '../core/generation.ts';
import type { RegistrationRow } from '../core/registration.ts';
import type { RegistrationRow as Cell } from '../glpi/database/database.ts';
import { isRegistrationKey, registrationFingerprint } from '../glpi/registration-key.ts';
import { openValue } from '../glpi/sealed-value.ts';
import type { Keyring } from './keyring.ts';

/** Name of the setting of GLPI's core that holds the registration key. */
const SETTING = 'glpinetwork_registration_key';

/**
 * Says what the cell of the registration key holds.
 *
 * @param escrow what the vault keeps: a value that nothing opens is this instance's where it is among them
 */
export function observeRegistration(
  cell: Cell,
  glpi: boolean,
  keyring: Keyring,
  escrow: readonly EscrowEntry[],
): RegistrationRow {
  if (!glpi) return { kind: 'unread' };
  if (typeof cell === 'string') return { kind: cell };
  for (const [under, key] of keyring.keys) {
    const clear = openValue(cell.value, key)?.toString('utf8');
    if (clear === undefined) continue;
    if (clear === '') return { kind: 'sealed-empty' };
    return isRegistrationKey(clear)
      ? { kind: 'opens', fingerprint: registrationFingerprint(clear), under }
      : { kind: 'other', under };
  }
  const ours = escrow.some((each) => each.reference.name === SETTING && each.value === cell.value);
  return { kind: 'closed', ours };
}
