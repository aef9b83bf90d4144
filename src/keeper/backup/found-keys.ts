import type { Fingerprint } from '../../core/brand.ts';
import type { Finding } from '../../core/finding.ts';
import { type GuardedFile, isGuardedFile, KEY_FILE } from '../../core/guarded-set.ts';
import { Secret } from '../../core/secret.ts';
import type { FoundFile } from '../../files/search/finds.ts';
import { isKeyName } from '../../files/search/wanted-name.ts';
import { decodedKeys, fingerprintOf, KEY_BYTES } from '../../glpi/security-key.ts';

/** A guarded file that lay beside a key. */
export interface Companion {
  readonly name: GuardedFile;
  readonly content: Secret<Buffer>;
}

/** One distinct key, however often it was found. */
export interface FoundKey {
  readonly fingerprint: Fingerprint;
  /** 32 bytes. */
  readonly bytes: Secret<Buffer>;
  /** Every place, printable, in the order in which they were found. */
  readonly where: readonly string[];
  /** Of the place where most lay beside it. */
  readonly companions: readonly Companion[];
}

export interface FoundKeys {
  readonly keys: readonly FoundKey[];
  readonly findings: readonly Finding[];
}

/** More distinct keys than any instance had; each is tried on every value, and kept. */
const MOST_KEYS = 256;

/**
 * The distinct keys among files that were found: 32 bytes, or a text that says 32 bytes in hex or base64. A file that is
 * called like a key, or was named itself, and holds none is told.
 */
export function keysAmong(files: readonly FoundFile[]): FoundKeys {
  const found = new Map<Fingerprint, { bytes: Buffer; where: string[]; folders: Set<string> }>();
  const findings: Finding[] = [];
  let surplus = 0;
  for (const file of files) {
    if (!file.named && !isKeyName(file.name)) continue;
    const candidates = keysIn(file.content.reveal());
    if (candidates.length === 0) findings.push(...noKey(file));
    for (const bytes of candidates) {
      const fingerprint = fingerprintOf(bytes);
      const known = found.get(fingerprint);
      if (known === undefined && found.size >= MOST_KEYS) {
        surplus += 1;
        continue;
      }
      const key = known ?? { bytes, where: [], folders: new Set<string>() };
      key.where.push(file.where);
      key.folders.add(file.folder);
      found.set(fingerprint, key);
    }
  }
  if (surplus > 0) findings.push(tooMany(surplus));
  const keys = [...found].map(([fingerprint, { bytes, where, folders }]) => ({
    fingerprint,
    bytes: new Secret(bytes),
    where,
    companions: companionsIn(files, folders),
  }));
  return { keys, findings };
}

/** Contents of `glpi.key` files that are no security keys: GLPI before 9.5 read its secrets with them. */
export function legacyKeysAmong(files: readonly FoundFile[]): FoundFile[] {
  return files.filter((file) => file.name === 'glpi.key' && isLegacy(file.content.reveal()));
}

function isLegacy(bytes: Buffer): boolean {
  return bytes.length > 0 && keysIn(bytes).length === 0;
}

function keysIn(bytes: Buffer): Buffer[] {
  return bytes.length === KEY_BYTES ? [bytes] : decodedKeys(bytes);
}

function companionsIn(files: readonly FoundFile[], folders: ReadonlySet<string>): Companion[] {
  let most: Companion[] = [];
  for (const folder of folders) {
    const beside = files.flatMap(({ folder: place, name, content }) =>
      place === folder && isGuardedFile(name) && name !== KEY_FILE ? [{ name, content }] : [],
    );
    if (beside.length > most.length) most = beside;
  }
  return most;
}

function noKey({ name, where, content }: FoundFile): Finding[] {
  if (isGuardedFile(name) && name !== KEY_FILE) return [];
  const size = content.reveal().length;
  return [
    {
      code: 'found-no-key',
      severity: 'warning',
      target: where,
      message: `it holds ${size} bytes that are no key: neither 32 bytes nor a text that stands for 32`,
      try: 'look for an older copy of the same file',
    },
  ];
}

function tooMany(surplus: number): Finding {
  return {
    code: 'search-cut-short',
    severity: 'warning',
    target: '',
    message: `more than ${MOST_KEYS} distinct keys were found: ${surplus} were left out`,
    try: 'name the directory in question itself',
  };
}
