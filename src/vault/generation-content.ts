import type { Sha256 } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import type { GenerationDraft } from '../core/generation.ts';
import { GUARDED_FILES, KEY_FILE } from '../core/guarded-set.ts';
import { sha256Of } from '../sha256.ts';
import type { EscrowSummary } from './escrow-chunk.ts';

/** The member of a generation's contents that holds the registration key; no guarded file is called so. */
export const REGISTRATION = 'registration';

/** The secret half of a generation: file name, and `registration`, to bytes in base64. */
export type Contents = Readonly<Record<string, string>>;

/** A draft whose files are in the order of the guarded set and whose lists are sorted: equal content, equal text. */
export function orderDraft(draft: GenerationDraft): GenerationDraft {
  const files = [...draft.files].sort((a, b) => GUARDED_FILES.indexOf(a.name) - GUARDED_FILES.indexOf(b.name));
  const removed = GUARDED_FILES.filter((name) => draft.removed.includes(name));
  return { ...draft, files, removed, accepted: [...new Set(draft.accepted)].sort() };
}

/**
 * The contents of an ordered draft.
 *
 * @throws Failure `vault-identity-missing` when the registration key is said to be kept but is not at hand (it came out
 *   of a generation that no identity opens).
 */
export function contentsOf(draft: GenerationDraft): Contents {
  const contents: Record<string, string> = {};
  for (const file of draft.files) contents[file.name] = file.content.reveal().toString('base64');
  if (draft.registration.kind !== 'kept') return contents;
  if (draft.registration.key === null) {
    throw new Failure('vault-identity-missing', 'cannot keep a registration key that is encrypted to somebody else', {
      target: draft.instance,
      try: 'set KEYKEEPER_AGE_IDENTITY_FILE to the age identity of this vault',
    });
  }
  contents[REGISTRATION] = Buffer.from(draft.registration.key.reveal(), 'utf8').toString('base64');
  return contents;
}

/** SHA-256 over the contents as compact JSON. */
export function contentsDigest(contents: Contents): Sha256 {
  return sha256Of(JSON.stringify(contents));
}

/** A security key's 256 random bits among the contents make every digest over them useless for guessing the rest. */
export function holdsSecurityKey(contents: Contents): boolean {
  const key = contents[KEY_FILE];
  return key !== undefined && Buffer.from(key, 'base64').length === 32;
}

/**
 * What tells one generation's content from another's: everything but its place (number), its times (when it was
 * written, when its key was proven) and the reason for writing. The same whether the contents are encrypted or not.
 */
export function generationId(draft: GenerationDraft, escrow: EscrowSummary, contents: Contents): Sha256 {
  const { proof, registration } = draft;
  const content = {
    instance: draft.instance,
    verdict: draft.verdict,
    fingerprint: draft.fingerprint,
    proof: proof === null ? null : { tested: proof.tested, opened: proof.opened, real: proof.real },
    database: draft.database === null ? null : databaseMember(draft.database),
    glpiVersion: draft.glpiVersion,
    files: draft.files.map(({ name, mode, uid, gid }) => ({ name, mode, uid, gid })),
    removed: draft.removed,
    registration: registration.kind === 'kept' ? ['kept', registration.fingerprint] : [registration.kind],
    accepted: draft.accepted,
    escrow: { count: escrow.count, digest: escrow.digest },
    contents,
  };
  return sha256Of(`keykeeper/generation/v1\0${JSON.stringify(content)}`);
}

/** The members of a database's identity in a fixed order, whatever else the object carries. */
export function databaseMember(database: NonNullable<GenerationDraft['database']>) {
  const { address, schema, instanceUuid, glpiNetworkUuid } = database;
  return { address, schema, instanceUuid, glpiNetworkUuid };
}
