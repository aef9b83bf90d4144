import { boolean, integer, Mismatch, object, oneOf, optional, type Shaped, text } from '../core/shape.ts';
import { sha256Of } from '../sha256.ts';
import type { Envelope } from './age-envelope.ts';
import { FORMAT, READABLE_FROM } from './generation-format.ts';
import type { JsonValue, RecordName, VaultRecord } from './vault.ts';

/** A record as decoded; `newer`: of a later format, which is neither read nor written over. */
export type DecodedRecord =
  | VaultRecord
  | { readonly kind: 'newer'; readonly format: number; readonly readableFrom: string | null };

/** What the record files of every format say. */
const headShape = object({
  keykeeper: oneOf('record'),
  format: integer(),
  readableFrom: optional(text()),
});

/** `body` is the value's JSON, or an armored age file of it; the hash is over these very bytes. */
const recordShape = object({
  keykeeper: oneOf('record'),
  format: integer(),
  readableFrom: optional(text()),
  name: text(),
  instance: text(),
  sealed: boolean(),
  body: text(),
  sha256: text(),
});

interface RecordHead {
  readonly name: RecordName;
  readonly instance: string;
}

/** The bytes of a record's file: JSON with a hash over what names and holds the value. */
export async function encodeRecord(
  head: RecordHead,
  value: JsonValue,
  envelope: Envelope,
  { confidential }: { readonly confidential: boolean },
): Promise<Buffer> {
  const clear = JSON.stringify(value);
  const sealed = confidential && envelope.seals;
  const body = sealed ? await envelope.sealArmored(Buffer.from(clear)) : clear;
  const file = { keykeeper: 'record', format: FORMAT, readableFrom: READABLE_FROM, ...head, sealed, body };
  return Buffer.from(`${JSON.stringify({ ...file, sha256: digestOf(head, body) }, null, 2)}\n`);
}

/** The same record, sealed where the envelope seals and it is not yet. `bytes` are of a whole record of this format. */
export async function sealRecord(bytes: Buffer, head: RecordHead, envelope: Envelope): Promise<Buffer> {
  const { sealed, body } = wholeRecord(bytes);
  if (sealed || !envelope.seals) return bytes;
  return encodeRecord(head, JSON.parse(body) as JsonValue, envelope, { confidential: true });
}

/**
 * The same record sealed to the envelope's recipients, or in clear where it has none. One in clear that is not
 * `confidential` stays as it is.
 *
 * @returns `closed`, `damaged` as with a generation (generation-format.ts)
 */
export async function resealRecord(
  bytes: Buffer,
  head: RecordHead,
  envelope: Envelope,
  { confidential }: { readonly confidential: boolean },
): Promise<Buffer | 'closed' | 'damaged'> {
  const { sealed, body } = wholeRecord(bytes);
  if (!sealed) return confidential ? await sealRecord(bytes, head, envelope) : bytes;
  const opened = await envelope.openArmored(body);
  if (opened.kind !== 'opened') return opened.kind;
  const value = parseJson(opened.clear.toString('utf8')) as JsonValue;
  return encodeRecord(head, value, envelope, { confidential: true });
}

/** Reads what {@link encodeRecord} wrote. Whatever else the bytes are, is told and not thrown. */
export async function decodeRecord(bytes: Buffer, head: RecordHead, envelope: Envelope): Promise<DecodedRecord> {
  const json = parseJson(bytes.toString('utf8'));
  const found = headShape(json);
  // Looked at first: a later format may have any shape below its head, and must not be taken for damage.
  if (!(found instanceof Mismatch) && found.format > FORMAT) {
    return { kind: 'newer', format: found.format, readableFrom: found.readableFrom ?? null };
  }
  const record = recordShape(json);
  if (record instanceof Mismatch) return { kind: 'damaged', reason: 'is not a whole record' };
  const { name, instance, sealed, body, sha256 } = record;
  if (name !== head.name || instance !== head.instance) return { kind: 'damaged', reason: 'is the record of another' };
  if (sha256 !== digestOf(head, body)) return { kind: 'damaged', reason: 'does not match its checksum' };
  if (!sealed) return presentOf(body);
  const opened = await envelope.openArmored(body);
  if (opened.kind === 'closed') return { kind: 'sealed' };
  if (opened.kind === 'damaged') return { kind: 'damaged', reason: 'cannot be decrypted' };
  return presentOf(opened.clear.toString('utf8'));
}

function presentOf(json: string): VaultRecord {
  const value = parseJson(json);
  return value === undefined ? { kind: 'damaged', reason: 'does not hold JSON' } : { kind: 'present', value };
}

function digestOf({ name, instance }: RecordHead, body: string): string {
  return sha256Of(`keykeeper/record/v1\0${instance}\0${name}\0${body}`);
}

/** @throws TypeError where the bytes are none */
function wholeRecord(bytes: Buffer): Shaped<typeof recordShape> {
  const record = recordShape(parseJson(bytes.toString('utf8')));
  if (record instanceof Mismatch) throw new TypeError('expected the bytes of a whole record');
  return record;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
