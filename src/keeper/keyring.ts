import type { Fingerprint } from '../core/brand.ts';
import type { Generation } from '../core/generation.ts';
import { type FileState, KEY_FILE } from '../core/guarded-set.ts';
import { keptFile } from '../core/history.ts';
import type { Candidate, KeyState } from '../core/observation.ts';
import { LEGACY_CONSTANT } from '../glpi/legacy.ts';
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

/** More contents of `glpi.key` than any instance had; each is tried on every garbled value. */
const MOST_LEGACY_KEYS = 8;

/**
 * The keys with which GLPI before 9.5 read its secrets, the likeliest first. GLPI takes the file where there is one, the
 * constant otherwise; the file may have come or gone since, so those that the vault holds are tried too.
 */
export function legacyKeysOf(live: FileState, generations: readonly Generation[]): Buffer[] {
  const found = generations.flatMap((each) => keptFile(each, 'glpi.key')?.content?.reveal() ?? []);
  const all = live.kind === 'regular' ? [live.content.reveal(), ...found] : found;
  const distinct = new Map(all.filter((each) => each.length > 0).map((each) => [each.toString('latin1'), each]));
  return [...[...distinct.values()].slice(0, MOST_LEGACY_KEYS), LEGACY_CONSTANT];
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
