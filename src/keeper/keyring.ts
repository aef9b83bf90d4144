import type { Fingerprint } from '../core/brand.ts';
import type { Generation } from '../core/generation.ts';
import { type FileState, KEY_FILE } from '../core/guarded-set.ts';
import { keptFile } from '../core/history.ts';
import type { Candidate, KeyState } from '../core/observation.ts';
import { decodedKeys, fingerprintOf, inspectKey, KEY_BYTES } from '../glpi/security-key.ts';

/** Every key that may be the right one, with its bytes. The live key comes first, since it is tried first. */
export interface Keyring {
  readonly keys: ReadonlyMap<Fingerprint, Buffer>;
  readonly candidates: readonly Candidate[];
}

/** What the file under the key's name is, as far as its bytes tell. */
export function keyStateOf(file: FileState): KeyState {
  switch (file.kind) {
    case 'absent':
      return { kind: 'absent' };
    case 'regular':
      return inspectKey(file.content.reveal());
    case 'oversized':
      return { kind: 'unreadable', why: `holds ${file.size} bytes, which is no key: it is neither read nor replaced` };
    case 'special':
      return { kind: 'unreadable', why: `is a ${file.type}, not a regular file: it is neither followed nor replaced` };
    case 'unreadable':
      return { kind: 'unreadable', why: `cannot be read (${file.cause})` };
  }
}

/** Collects the live key, what wrong-length live bytes decode to, and every key of the vault. */
export function collectKeys(live: FileState, generations: readonly Generation[]): Keyring {
  const keys = new Map<Fingerprint, Buffer>();
  const candidates: Candidate[] = [];
  const add = (bytes: Buffer, origin: Candidate['origin']) => {
    const fingerprint = fingerprintOf(bytes);
    if (keys.has(fingerprint)) return;
    keys.set(fingerprint, bytes);
    candidates.push({ fingerprint, origin });
  };
  const bytes = live.kind === 'regular' ? live.content.reveal() : null;
  if (bytes !== null && bytes.length === KEY_BYTES) add(bytes, 'live');
  for (const generation of [...generations].reverse()) {
    const content = keptFile(generation, KEY_FILE)?.content?.reveal();
    if (content?.length === KEY_BYTES) add(content, 'vault');
  }
  if (bytes !== null && bytes.length !== KEY_BYTES) for (const key of decodedKeys(bytes)) add(key, 'decoded');
  return { keys, candidates };
}
