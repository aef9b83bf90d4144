import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { armor, Decrypter } from 'age-encryption';
import type { Tree } from './read-tree.ts';

export interface KeptGeneration {
  readonly id: string;
  /** Names to bytes in base64, as they are in clear. */
  readonly contents: Readonly<Record<string, string>>;
  readonly chunks: readonly string[];
  readonly sealed: boolean;
}

/** What a vault holds, in clear. Read by the format's description alone (docs/vault-format.md), without the product. */
export interface VaultView {
  readonly generations: ReadonlyMap<string, KeptGeneration>;
  /** Digest to text. */
  readonly chunks: ReadonlyMap<string, string>;
  readonly sealedChunks: number;
  /** Name to the value's JSON. */
  readonly records: ReadonlyMap<string, string>;
  /** What is not whole, or not the vault's. */
  readonly wrong: readonly string[];
}

const HOME = 'vault/glpi/';

/** @param identity of age, for what is sealed; null where nothing is */
export async function readVault(tree: Tree, identity: string | null): Promise<VaultView> {
  const generations = new Map<string, KeptGeneration>();
  const chunks = new Map<string, string>();
  const records = new Map<string, string>();
  const wrong: string[] = [];
  let sealedChunks = 0;
  for (const [path, { kind, content }] of tree) {
    if (kind !== 'file' || !path.startsWith(HOME)) continue;
    const [folder = '', ...rest] = path.slice(HOME.length).split('/');
    const name = rest.at(-1) ?? '';
    try {
      if (folder === 'generations') generations.set(name, await readGeneration(name, content, identity));
      if (folder === 'records') records.set(name, await readRecord(content, identity));
      if (folder !== 'escrow') continue;
      const isSealed = content.subarray(0, 21).toString('latin1') === 'age-encryption.org/v1';
      chunks.set(name, readChunk(name, isSealed ? await decrypt(content, identity) : content));
      if (isSealed) sealedChunks += 1;
    } catch (error) {
      wrong.push(`${path} is not whole: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const [name, generation] of generations) {
    for (const chunk of generation.chunks)
      if (!chunks.has(chunk)) wrong.push(`generation ${name} lacks chunk ${chunk}`);
  }
  return { generations, chunks, sealedChunks, records, wrong };
}

interface GenerationFile {
  readonly id: string;
  readonly number: number;
  readonly files: readonly { name: string; size: number; sha256?: string }[];
  readonly contents?: Record<string, string>;
  readonly sealed?: string;
  readonly escrow: { readonly chunks: readonly string[] };
  readonly sha256: string;
}

/** The last member is the hash of all bytes before its line. */
async function readGeneration(name: string, bytes: Buffer, identity: string | null): Promise<KeptGeneration> {
  if (!/^\d{6,9}\.json$/.test(name)) throw new Error('it is no name of a generation');
  const file = JSON.parse(bytes.toString('utf8')) as GenerationFile;
  const head = bytes.subarray(0, bytes.lastIndexOf('  "sha256": '));
  if (sha256(head) !== file.sha256) throw new Error('its hash is another');
  if (file.number !== Number.parseInt(name, 10)) throw new Error(`it says that it is ${file.number}`);
  const { sealed, id, escrow } = file;
  const contents = file.contents ?? JSON.parse((await decrypt(armor.decode(sealed ?? ''), identity)).toString('utf8'));
  for (const each of file.files) {
    const content = Buffer.from(contents[each.name] ?? '', 'base64');
    if (content.length !== each.size) throw new Error(`${each.name} is not there in full`);
    if (each.sha256 !== undefined && sha256(content) !== each.sha256) throw new Error(`${each.name} is another`);
  }
  return { id, contents, chunks: escrow.chunks, sealed: sealed !== undefined };
}

function readChunk(name: string, zipped: Uint8Array): string {
  const text = gunzipSync(zipped);
  if (sha256(text) !== name) throw new Error('its text is another than its name says');
  return text.toString('utf8');
}

interface RecordFile {
  readonly name: string;
  readonly instance: string;
  readonly sealed: boolean;
  readonly body: string;
  readonly sha256: string;
}

async function readRecord(bytes: Buffer, identity: string | null): Promise<string> {
  const { name, instance, sealed, body, sha256: stated } = JSON.parse(bytes.toString('utf8')) as RecordFile;
  if (sha256(Buffer.from(`keykeeper/record/v1\0${instance}\0${name}\0${body}`)) !== stated)
    throw new Error('its hash is another');
  const text = sealed ? (await decrypt(armor.decode(body), identity)).toString('utf8') : body;
  return JSON.stringify(JSON.parse(text));
}

async function decrypt(sealed: Uint8Array, identity: string | null): Promise<Buffer> {
  if (identity === null) throw new Error('it is sealed');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return Buffer.from(await decrypter.decrypt(sealed));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
