import { createHash } from 'node:crypto';
import type { Secret } from '../../core/secret.ts';

/** Names of the cached answers about one or more registration keys. */
export interface AnswerNames {
  /** Whether a cache item of this name is one of the answers. */
  has(itemName: string): boolean;
  /** Whether one of the answers is named in clear and in quotes somewhere in this text. */
  areIn(text: string): boolean;
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];

/**
 * What GLPI calls its cached answers: `registration_<SHA-1 of the key>_<language>_informations`, with the language's first
 * part, two letters for every language of GLPI (GLPINetwork::getRegistrationInformations and define.php, 9.5 to 11.0).
 * Its cache then keeps each item under the SHA-1 of such a name (SimpleCache::getNormalizedKey, the same versions).
 *
 * @param keys in clear, exactly as they open
 */
export function answerNames(keys: readonly Secret<string>[]): AnswerNames {
  const digests = new Set(keys.map((key) => sha1(key.reveal())));
  const items = new Set<string>();
  for (const digest of digests) {
    for (const first of LETTERS) {
      for (const second of LETTERS) items.add(sha1(`registration_${digest}_${first}${second}_informations`));
    }
  }
  return {
    has: (itemName) => items.has(itemName),
    areIn(text) {
      const named = [...text.matchAll(/"registration_([0-9a-f]{40})_[a-zA-Z_0-9]{1,16}_informations"/g)];
      return named.some(([, digest = '']) => digests.has(digest));
    },
  };
}

function sha1(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('hex');
}
