import type { Settings } from '../config/settings.ts';
import { Secret } from '../core/secret.ts';
import { cleanRegistrationKey } from '../glpi/clean-registration-key.ts';
import type { Logger } from '../report/logger.ts';

/** Tells the logger every secret of the settings, should one ever get into a record. */
export function hideSecrets(settings: Settings, logger: Pick<Logger, 'hide'>): void {
  const { database, environmentDatabase, httpToken, ageIdentity, registrationKey } = settings;
  const password = database.kind === 'url' ? database.password : null;
  for (const secret of [password, environmentDatabase?.password, httpToken, ageIdentity, registrationKey]) {
    if (secret !== null && secret !== undefined) logger.hide(secret);
  }
  // What is written into the row is the key without what pasting added to it.
  const cleaned = registrationKey === null ? null : cleanRegistrationKey(registrationKey.reveal());
  if (cleaned !== null) logger.hide(new Secret(cleaned.key));
}
