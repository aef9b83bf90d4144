import type { Settings } from '../config/settings.ts';
import { Failure } from '../core/failure.ts';
import type { RegistrationWish } from '../core/registration.ts';
import { Secret } from '../core/secret.ts';
import { cleanRegistrationKey } from '../glpi/clean-registration-key.ts';
import { registrationFingerprint } from '../glpi/registration-key.ts';

/** What a person wants of the registration key, with the key itself where one was given. */
export interface Wish {
  readonly wish: RegistrationWish;
  readonly key: Secret<string> | null;
}

/**
 * The key of the settings as a wish; null where none is set.
 *
 * @throws Failure `invalid-setting` where it is no registration key; the text is never shown
 */
export function wishOfSettings({ registrationKey }: Settings): Wish | null {
  if (registrationKey === null) return null;
  const found = cleanRegistrationKey(registrationKey.reveal());
  if (found === null) throw notAKey('KEYKEEPER_REGISTRATION_KEY');
  const fingerprint = registrationFingerprint(found.key);
  return { wish: { kind: 'setting', fingerprint, cleaned: found.cleaned }, key: new Secret(found.key) };
}

/** The error for a text that is no registration key; `target` says where it came from. */
export function notAKey(target: string): Failure {
  return new Failure('invalid-setting', 'the text is no GLPI Network registration key', {
    target,
    expected: 'base64 of a JSON object with a signature, as GLPI Network hands it out',
    try: 'copy the whole key from the subscription page of GLPI Network, from its first to its last character',
  });
}
