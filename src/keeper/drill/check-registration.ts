import { EXIT } from '../../core/exit-code.ts';
import type { KeptRegistration } from '../../core/generation.ts';
import { newestFirst } from '../../core/history.ts';
import type { VaultState } from '../../core/observation.ts';
import { isRegistrationKey, registrationFingerprint } from '../../glpi/registration-key.ts';
import { type DrillReport, type Obstruction, obstruction } from './drill-report.ts';

export interface RegistrationCheckup {
  readonly state: DrillReport['registration'];
  readonly obstructions: readonly Obstruction[];
}

/** Whether the registration key that the vault would write back comes out of it as one. */
export function checkRegistration(vault: VaultState): RegistrationCheckup {
  const newest = newestFirst(vault)[0];
  if (newest?.registration.kind !== 'kept') return { state: 'none', obstructions: [] };
  if (isWhole(newest.registration)) return { state: 'opens', obstructions: [] };
  const message = 'the registration key that the vault keeps cannot be read';
  const hint =
    newest.registration.key === null
      ? 'set KEYKEEPER_AGE_IDENTITY_FILE to the file with the AGE-SECRET-KEY'
      : 'keykeeper registration set, with the key from GLPI Network';
  const found = { code: 'drill-registration', target: `generation ${newest.number}`, message, try: hint };
  return { state: 'damaged', obstructions: [obstruction(EXIT.vault, found)] };
}

function isWhole({ key, fingerprint }: KeptRegistration & { kind: 'kept' }): boolean {
  const text = key?.reveal() ?? '';
  return isRegistrationKey(text) && registrationFingerprint(text) === fingerprint;
}
