import { fingerprint, gid, mode, type Sha256, sha256, uid } from '../core/brand.ts';
import type { Generation, GenerationDraft, KeptFile, KeptRegistration } from '../core/generation.ts';
import { isGuardedFile } from '../core/guarded-set.ts';
import { Secret } from '../core/secret.ts';
import { Mismatch } from '../core/shape.ts';
import { sha256Of } from '../sha256.ts';
import type { Envelope } from './age-envelope.ts';
import type { EscrowSummary } from './escrow-chunk.ts';
import { type Contents, contentsDigest, databaseMember, holdsSecurityKey, REGISTRATION } from './generation-content.ts';
import { contentsShape, type GenerationShape, generationShape, headShape } from './generation-shape.ts';

/** The format that this release writes, and the newest that it reads. */
export const FORMAT = 1;
/** The oldest release that reads {@link FORMAT}: written into every file, for the error of a release that cannot. */
export const READABLE_FROM = '0.1.0';

/** A generation as its file has it, with the names of its escrow's chunks. */
export interface GenerationRecord {
  readonly generation: Generation;
  readonly escrow: EscrowSummary;
}

export type Decoded =
  | { readonly kind: 'whole'; readonly record: GenerationRecord }
  /** `reason` completes "the file …". */
  | { readonly kind: 'damaged'; readonly reason: string }
  /** Whole, and of a later format. `readableFrom` is the oldest release that reads it; null when it does not say. */
  | { readonly kind: 'newer'; readonly format: number; readonly readableFrom: string | null };

/** Contents in clear, or as an armored age file of their JSON. */
export type Body = { readonly contents: Contents } | { readonly sealed: string };

// The last member, its hash, and the closing brace: always this many bytes, so that everything before them is what the
// hash is over (and `head -n -2 FILE | sha256sum` computes it).
const TAIL = /^ {2}"sha256": "([0-9a-f]{64})"\n\}\n$/;
const TAIL_BYTES = '  "sha256": ""\n}\n'.length + 64;

/** Seals `contents` where there are recipients. */
export async function writeBody(contents: Contents, envelope: Envelope): Promise<Body> {
  if (!envelope.seals) return { contents };
  return { sealed: await envelope.sealArmored(Buffer.from(JSON.stringify(contents))) };
}

/** The bytes of a generation file. `draft` is ordered and `contents` are its own (generation-content.ts). */
export function encodeGeneration(
  draft: GenerationDraft,
  escrow: EscrowSummary,
  contents: Contents,
  body: Body,
  place: { readonly id: Sha256; readonly number: number; readonly createdAt: string },
): Buffer {
  const plain = 'contents' in body;
  const { registration } = draft;
  const file = {
    keykeeper: 'generation',
    format: FORMAT,
    readableFrom: READABLE_FROM,
    id: place.id,
    number: place.number,
    instance: draft.instance,
    createdAt: place.createdAt,
    reason: draft.reason,
    verdict: draft.verdict,
    fingerprint: draft.fingerprint,
    proof: draft.proof,
    database: draft.database === null ? null : databaseMember(draft.database),
    glpiVersion: draft.glpiVersion,
    files: draft.files.map((kept) => ({
      name: kept.name,
      mode: `0${kept.mode.toString(8).padStart(3, '0')}`,
      uid: kept.uid,
      gid: kept.gid,
      size: kept.content.reveal().length,
      // Over clear text: beside sealed contents it would let somebody test guesses at a password.
      ...(plain ? { sha256: sha256Of(kept.content.reveal()) } : {}),
    })),
    removed: draft.removed,
    registration:
      registration.kind === 'kept'
        ? { kind: 'kept', fingerprint: registration.fingerprint }
        : { kind: registration.kind },
    accepted: draft.accepted,
    escrow,
    ...(plain || holdsSecurityKey(contents) ? { contentsSha256: contentsDigest(contents) } : {}),
    ...body,
  };
  return withTail(file);
}

/**
 * The same generation under another number, and sealed where the envelope seals and it is not yet. Its content, and so
 * its id, stays; so do members that only a later release knows. `bytes` are of a whole generation file.
 */
export async function placeGeneration(bytes: Buffer, number: number, envelope: Envelope): Promise<Buffer> {
  const { sha256: _, ...file } = parseWhole(bytes);
  const clear = envelope.seals ? file.contents : undefined;
  if (clear === undefined) return file.number === number ? bytes : withTail({ ...file, number });
  return withTail(await withBody({ ...file, number }, clear, envelope));
}

/**
 * The same generation sealed to the envelope's recipients, or in clear where it has none. Its content, and so its id,
 * stays; so do members that only a later release knows. `bytes` are of a whole generation file.
 *
 * @returns `closed` where no identity of the envelope opens it, `damaged` where age finds it changed
 */
export async function resealGeneration(bytes: Buffer, envelope: Envelope): Promise<Buffer | 'closed' | 'damaged'> {
  const { sha256: _, ...file } = parseWhole(bytes);
  const clear = file.contents ?? (await openContents(file.sealed, envelope));
  if (clear === 'closed' || clear === 'damaged') return clear;
  return withTail(await withBody(file, clear, envelope));
}

type WholeFile = GenerationShape & Readonly<Record<string, unknown>>;
type FileWithoutTail = Pick<WholeFile, 'files' | 'contents' | 'sealed' | 'contentsSha256'>;

function parseWhole(bytes: Buffer): WholeFile {
  return JSON.parse(bytes.toString('utf8')) as WholeFile;
}

/** Hashes over clear text stand only beside contents in clear, or where a security key among them forbids guessing. */
async function withBody<T extends FileWithoutTail>(file: T, clear: Contents, envelope: Envelope): Promise<object> {
  const { contents: _contents, sealed: _sealed, contentsSha256: _digest, ...rest } = file;
  const body = await writeBody(clear, envelope);
  const plain = 'contents' in body;
  const files = file.files.map(({ sha256: _sha256, ...kept }) =>
    plain ? { ...kept, sha256: sha256Of(decodeContent(clear, kept.name)) } : kept,
  );
  const known = plain || holdsSecurityKey(clear) ? { contentsSha256: contentsDigest(clear) } : {};
  return { ...rest, files, ...known, ...body };
}

function withTail(file: object): Buffer {
  const head = `${JSON.stringify(file, null, 2).slice(0, -'\n}'.length)},\n`;
  return Buffer.from(`${head}  "sha256": "${sha256Of(Buffer.from(head))}"\n}\n`);
}

/** Reads a generation file that lies under `place.number` in the folder of `place.instance`. */
export async function decodeGeneration(
  bytes: Buffer,
  place: { readonly number: number; readonly instance: string },
  envelope: Envelope,
): Promise<Decoded> {
  const stated = TAIL.exec(bytes.subarray(-TAIL_BYTES).toString('latin1'))?.[1];
  if (stated === undefined) return damaged('is truncated, or not a generation');
  if (stated !== sha256Of(bytes.subarray(0, -TAIL_BYTES))) return damaged('does not match its own SHA-256');
  const json = parseJson(bytes.toString('utf8'));
  const head = headShape(json);
  if (head instanceof Mismatch) return damaged('is not a generation');
  if (head.format > FORMAT) return { kind: 'newer', format: head.format, readableFrom: head.readableFrom ?? null };
  const file = generationShape(json);
  if (file instanceof Mismatch) return damaged(`has no valid "${file.path}"`);
  if (file.instance !== place.instance) return damaged(`belongs to the instance "${file.instance}"`);
  if (file.number !== place.number) return damaged(`says that it is number ${file.number}`);
  return assemble(file, envelope);
}

async function assemble(file: GenerationShape, envelope: Envelope): Promise<Decoded> {
  const contents = file.contents ?? (await openContents(file.sealed, envelope));
  if (contents === 'damaged') return damaged('has contents that cannot be decrypted');
  const files: KeptFile[] = [];
  for (const entry of file.files) {
    // A file that a later release guards: this one would not know where to put it.
    if (!isGuardedFile(entry.name)) continue;
    const content = contents === 'closed' ? null : decodeContent(contents, entry.name);
    if (content !== null && content.length !== entry.size) return damaged(`does not hold "${entry.name}" in full`);
    const known = content === null ? null : sha256Of(content);
    if (entry.sha256 !== undefined && known !== null && known !== entry.sha256) {
      return damaged(`holds another "${entry.name}" than it says`);
    }
    files.push({
      name: entry.name,
      mode: mode(Number.parseInt(entry.mode, 8)),
      uid: uid(entry.uid),
      gid: gid(entry.gid),
      size: entry.size,
      sha256: known,
      content: content === null ? null : new Secret(content),
    });
  }
  const known = file.contentsSha256 ?? (contents === 'closed' ? undefined : contentsDigest(contents));
  const { count, digest: escrowDigest, chunks } = file.escrow;
  const escrow = { count, digest: nullableSha256(escrowDigest), chunks: chunks.map(sha256) };
  const generation: Generation = {
    id: sha256(file.id),
    number: file.number,
    instance: file.instance,
    createdAt: file.createdAt,
    reason: file.reason,
    fingerprint: file.fingerprint === null ? null : fingerprint(file.fingerprint),
    proof: file.proof === null ? null : pickProof(file.proof),
    database: file.database === null ? null : databaseMember(file.database),
    glpiVersion: file.glpiVersion,
    files,
    removed: file.removed.filter(isGuardedFile),
    registration: assembleRegistration(file.registration, contents),
    escrowCount: count,
    escrowDigest: escrow.digest,
    accepted: file.accepted.map(sha256),
    verdict: file.verdict,
    sealed: contents === 'closed',
    ...(envelope.seals && file.contents !== undefined ? { exposed: true } : {}),
    ...(known === undefined ? {} : { contentsDigest: sha256(known) }),
  };
  return { kind: 'whole', record: { generation, escrow } };
}

async function openContents(sealed: string | undefined, envelope: Envelope): Promise<Contents | 'closed' | 'damaged'> {
  if (sealed === undefined) return 'damaged';
  const opened = await envelope.openArmored(sealed);
  if (opened.kind !== 'opened') return opened.kind;
  const contents = contentsShape(parseJson(opened.clear.toString('utf8')));
  return contents instanceof Mismatch ? 'damaged' : contents;
}

function assembleRegistration(kept: GenerationShape['registration'], contents: Contents | 'closed'): KeptRegistration {
  if (kept.kind !== 'kept') return { kind: kept.kind };
  const key = contents === 'closed' ? null : new Secret(decodeContent(contents, REGISTRATION).toString('utf8'));
  return { kind: 'kept', key, fingerprint: fingerprint(kept.fingerprint) };
}

function decodeContent(contents: Contents, name: string): Buffer {
  return Buffer.from(contents[name] ?? '', 'base64');
}

function pickProof({ tested, opened, real, at }: NonNullable<GenerationShape['proof']>) {
  return { tested, opened, real, at };
}

function nullableSha256(text: string | null): Sha256 | null {
  return text === null ? null : sha256(text);
}

function damaged(reason: string): Decoded {
  return { kind: 'damaged', reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
