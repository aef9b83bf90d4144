import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../core/secret.ts';

/**
 * Whether an Authorization header carries the token (RFC 6750, section 2.1). Compared as SHA-256 digests in constant
 * time, so that neither length nor content can be guessed from how long it takes.
 */
export function carriesToken(authorization: string | undefined, token: Secret<string>): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token.reveal()));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
