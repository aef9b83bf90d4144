import { type AbsolutePath, absolutePath } from '../core/brand.ts';
import { Secret } from '../core/secret.ts';
import { InvalidValue } from './invalid-value.ts';

/** Readers of settings that are plain texts. Each throws InvalidValue. */

export function readAbsolutePath(text: string): AbsolutePath {
  if (text.startsWith('file://')) throw new InvalidValue('is a URL, not a path', 'an absolute path', text.slice(7));
  if (!text.startsWith('/')) throw new InvalidValue('is not an absolute path', 'a path that starts with /', `/${text}`);
  if (text.includes('\0')) throw new InvalidValue('holds a NUL character', 'an absolute path');
  const path = text.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
  if (path === '/') throw new InvalidValue('is the root directory', "GLPI's config directory");
  if (/\/\.{1,2}(\/|$)/.test(path)) throw new InvalidValue('has . or .. in it', 'an absolute path without them');
  return absolutePath(path);
}

const INSTANCE = /^[a-z0-9][a-z0-9._-]{0,62}$/;

export function readInstance(text: string): string {
  if (INSTANCE.test(text)) return text;
  const likely = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63);
  throw new InvalidValue(
    'is not the name of an instance',
    'lower-case letters, digits, dots, underscores and hyphens, a letter or digit first, at most 63',
    INSTANCE.test(likely) ? likely : 'glpi',
  );
}

/** The names that the Docker Engine allows (moby, daemon/names: RestrictedNameChars). */
export function readContainerName(text: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(text)) return text;
  throw new InvalidValue('is not the name of a container or of a Compose service', 'letters, digits and _.-');
}

/** A DNS subdomain (RFC 1123), as the names of pods are. */
export function readPodName(text: string): string {
  const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
  if (text.length <= 253 && new RegExp(`^${label}(\\.${label})*$`).test(text)) return text;
  throw new InvalidValue('is not the name of a pod', 'lower-case letters, digits, hyphens and dots', 'glpi-0');
}

export function readPassword(text: string): Secret<string> {
  if (text.includes('\0')) throw new InvalidValue('holds a NUL character', 'the password as text');
  return new Secret(text);
}

/** A token that fits the Authorization header (RFC 6750, section 2.1: b64token). */
export function readHttpToken(text: string): Secret<string> {
  const expected = 'at least 16 characters of letters, digits and -._~+/ with = only at the end';
  if (text.length < 16) throw new InvalidValue('is too short to be safe', expected, '$(openssl rand -hex 32)');
  if (text.length > 4096) throw new InvalidValue('is longer than 4096 characters', expected);
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(text)) {
    throw new InvalidValue('has characters that no bearer token can have', expected, '$(openssl rand -hex 32)');
  }
  return new Secret(text);
}
