import { type Fingerprint, fingerprint } from '../core/brand.ts';
import { sha256Of } from '../sha256.ts';

const FINGERPRINT_DOMAIN = 'keykeeper/registration-key/v1\0';

/** The name under which a registration key may be shown. `clear` is the key as GLPI Network hands it out. */
export function registrationFingerprint(clear: string): Fingerprint {
  return fingerprint(sha256Of(FINGERPRINT_DOMAIN + clear).slice(0, 16));
}

/**
 * Whether a text has the form of a registration key: base64 of a JSON object with a `signature` (GLPI reads it so in
 * GLPINetwork::getRegistrationInformations). Whether GLPI Network accepts it is another question.
 */
export function isRegistrationKey(clear: string): boolean {
  const text = clear.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && 'signature' in parsed;
  } catch {
    return false;
  }
}
