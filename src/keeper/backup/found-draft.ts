import { hash } from 'node:crypto';
import { type Fingerprint, gid, type Sha256, sha256, uid } from '../../core/brand.ts';
import type { Generation, GenerationDraft, Proof } from '../../core/generation.ts';
import { KEY_FILE } from '../../core/guarded-set.ts';
import { FROM_BACKUP } from '../../core/history.ts';
import type { WantedAccess } from '../../core/observation.ts';
import type { Secret } from '../../core/secret.ts';
import { inheritRegistration } from '../build-draft.ts';
import type { Companion } from './found-keys.ts';

/** What is known of a key out of a backup once it was tested, or could not be. */
export interface FoundContent {
  /** Null for a `glpi.key` that was found without a security key. */
  readonly key: { readonly fingerprint: Fingerprint; readonly bytes: Secret<Buffer> } | null;
  readonly companions: readonly Companion[];
  readonly proof: Proof | null;
  /** What would be said of this key if it were live; `unproven` where it was not tested. */
  readonly verdict: string;
  /** Values given up that no key opens even now. */
  readonly accepted: readonly Sha256[];
}

/**
 * The generation that keeps a key out of a backup. It says nothing of the instance: which database is its own, what its
 * administrator removed, its registration key and its escrow stay what the newest generation says. The files get the
 * owner that this instance needs, for a backup's owners are another machine's.
 */
export function draftOfFound(
  content: FoundContent,
  instance: string,
  newest: Generation | null,
  access: WantedAccess,
): GenerationDraft {
  const owner = { uid: access.uid ?? uid(0), gid: access.gid ?? gid(0), mode: access.newFileMode };
  const { key, companions, proof, verdict, accepted } = content;
  const files = companions.map((each) => ({ ...each, ...owner, size: each.content.reveal().length }));
  if (key !== null) {
    files.unshift({ name: KEY_FILE, content: key.bytes, ...owner, size: key.bytes.reveal().length });
  }
  return {
    instance,
    reason: FROM_BACKUP,
    fingerprint: key?.fingerprint ?? null,
    proof,
    database: null,
    glpiVersion: newest?.glpiVersion ?? null,
    files,
    removed: newest?.removed ?? [],
    registration: inheritRegistration(newest),
    accepted,
    verdict,
    escrow: 'inherit',
  };
}

/** The draft as if the vault held it already: a key is tested before anything is written. */
export function imagined(draft: GenerationDraft): Generation {
  const { escrow: _, files, ...rest } = draft;
  return {
    ...rest,
    id: digest(Buffer.from(`imagined ${draft.fingerprint}`)),
    number: 0,
    createdAt: new Date(0).toISOString(),
    files: files.map((each) => ({ ...each, sha256: digest(each.content.reveal()) })),
    escrowCount: 0,
    escrowDigest: null,
    sealed: false,
  };
}

function digest(bytes: Buffer): Sha256 {
  return sha256(hash('sha256', bytes, 'hex'));
}
