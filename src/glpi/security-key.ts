import { randomBytes } from 'node:crypto';
import { type Fingerprint, fingerprint } from '../core/brand.ts';
import type { KeyState } from '../core/observation.ts';
import { sha256Of } from '../sha256.ts';

/** Length of GLPI's security key (SODIUM_CRYPTO_AEAD_XCHACHA20POLY1305_IETF_KEYBYTES). */
export const KEY_BYTES = 32;

const FINGERPRINT_DOMAIN = Buffer.from('keykeeper/security-key/v1\0');
const BASE64 = /^[A-Za-z0-9+/]{43}=?$/;
const HEX = /^[0-9A-Fa-f]{64}$/;

/**
 * The name under which a key may be shown. The domain-separation prefix keeps it from being the plain SHA-256 that
 * somebody else may have published of the same file.
 */
export function fingerprintOf(key: Buffer): Fingerprint {
  return fingerprint(sha256Of(Buffer.concat([FINGERPRINT_DOMAIN, key])).slice(0, 16));
}

/** What the content of a key file is, and which mistake it looks like if it is no key. `bytes` is the whole file. */
export function inspectKey(bytes: Buffer): Extract<KeyState, { kind: 'malformed' | 'well-formed' }> {
  if (bytes.length === KEY_BYTES) {
    return { kind: 'well-formed', fingerprint: fingerprintOf(bytes), breaksGlpi11: breaksGlpi11(bytes) };
  }
  return { kind: 'malformed', size: bytes.length, looksLike: mistakeOf(bytes) };
}

/**
 * Keys that bytes of a wrong length may stand for: without a newline at their end, or read as hex or base64. Each is 32
 * bytes; empty for a key of the right length, which stands for itself.
 */
export function decodedKeys(bytes: Buffer): Buffer[] {
  if (bytes.length === KEY_BYTES) return [];
  const bare = withoutNewline(bytes);
  if (bare.length === KEY_BYTES) return [bare];
  const text = bare.toString('latin1');
  if (HEX.test(text)) return [Buffer.from(text, 'hex')];
  if (BASE64.test(text)) return [Buffer.from(text, 'base64')];
  return [];
}

/**
 * Whether GLPI 11 fails to boot with this key: it hands the raw bytes to Symfony as a parameter, and Symfony takes
 * `%…%` for the name of another one (glpi#22076, #23757). White space is what PCRE's `\s` means without a locale.
 */
export function breaksGlpi11(key: Buffer): boolean {
  return /%[^% \t\n\v\f\r]+%/.test(key.toString('latin1'));
}

/**
 * A new key, as GLPIKey::generate makes one (sodium_crypto_aead_xchacha20poly1305_ietf_keygen: 32 random bytes), but
 * never one with which GLPI 11 fails to boot ({@link breaksGlpi11}).
 */
export function makeKey(random: (size: number) => Buffer = randomBytes): Buffer {
  for (;;) {
    const key = random(KEY_BYTES);
    if (!breaksGlpi11(key)) return key;
  }
}

function mistakeOf(bytes: Buffer): Extract<KeyState, { kind: 'malformed' }>['looksLike'] {
  if (bytes.length === 0) return 'empty';
  const bare = withoutNewline(bytes);
  if (bare.length === KEY_BYTES) return 'trailing-newline';
  const text = bare.toString('latin1');
  if (HEX.test(text)) return 'hex';
  if (BASE64.test(text)) return 'base64';
  return bytes.length < KEY_BYTES ? 'truncated' : 'too-long';
}

function withoutNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  const end = bytes.at(-2) === 0x0d ? -2 : -1;
  // 33 bytes that end in CR LF are a 32-byte key whose last byte is CR, and a newline.
  return bytes.subarray(0, end === -2 && bytes.length === KEY_BYTES + 1 ? -1 : end);
}
