import { fileURLToPath } from 'node:url';
import { InvalidValue } from './invalid-value.ts';

const EXPECTED =
  'file:///path, a directory on a volume of its own, or kubernetes://namespace/name, a Secret of its own';

/** @throws InvalidValue when `text` is neither the URL of an absolute directory below the root nor that of a Secret. */
export function parseVaultUrl(text: string): URL {
  if (text.startsWith('/')) throw new InvalidValue('is a path, not a URL', EXPECTED, `file://${text}`);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new InvalidValue('is not a URL', EXPECTED, 'file:///vault');
  if (scheme === 'kubernetes') return parseSecretUrl(text);
  if (scheme !== 'file') throw new InvalidValue('has a scheme that is not supported', EXPECTED, 'file:///vault');
  // file://vault/… names a host called vault (RFC 8089, section 2): a slash is missing.
  const host = /^file:\/\/([^/]+)/i.exec(text)?.[1];
  if (host !== undefined) {
    const path = text.replace(/^file:\/\//i, 'file:///');
    throw new InvalidValue('names a host', EXPECTED, host.includes('@') ? 'file:///vault' : path);
  }
  if (!URL.canParse(text)) throw new InvalidValue('is not a URL that can be read', EXPECTED, 'file:///vault');
  const url = new URL(text);
  if (url.search !== '' || url.hash !== '') throw new InvalidValue('has more than a path', EXPECTED, 'file:///vault');
  if (url.pathname === '/') throw new InvalidValue('is the root directory', EXPECTED, 'file:///vault');
  try {
    fileURLToPath(url);
  } catch {
    throw new InvalidValue('is percent-encoded wrongly', EXPECTED, 'file:///vault');
  }
  return url;
}

/** Names as the API server takes them: RFC 1123, a label for the namespace and a subdomain for the Secret. */
const SECRET = /^kubernetes:\/\/([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?\/[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;

function parseSecretUrl(text: string): URL {
  if (SECRET.test(text)) return new URL(text);
  throw new InvalidValue('is not the URL of a Secret', EXPECTED, 'kubernetes://glpi/keykeeper');
}
