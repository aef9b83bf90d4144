import { InvalidValue } from './invalid-value.ts';

const EXPECTED = 'https://host, or http://host where it is meant so, with a port and a path if need be';

/**
 * Reads the base address of GLPI Network; no slash at its end.
 *
 * @throws InvalidValue
 */
export function readRegistrationUrl(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw new InvalidValue('is not a URL', EXPECTED, /^[a-z0-9.:/-]+$/i.test(text) ? `https://${text}` : undefined);
  }
  if (!URL.canParse(text)) throw new InvalidValue('is not a URL that can be read', EXPECTED);
  const { protocol, username, password, search, hash } = new URL(text);
  if (!['https:', 'http:'].includes(protocol)) throw new InvalidValue('is neither https:// nor http://', EXPECTED);
  if (username !== '' || password !== '') throw new InvalidValue('holds a user or a password', EXPECTED);
  if (search !== '' || hash !== '') throw new InvalidValue('has more than a path', EXPECTED);
  return text.replace(/\/+$/, '');
}
