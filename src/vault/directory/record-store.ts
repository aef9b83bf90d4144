import { join } from 'node:path';
import type { DamagedGeneration } from '../../core/observation.ts';
import type { Envelope } from '../age-envelope.ts';
import { type DecodedRecord, decodeRecord, encodeRecord, sealRecord } from '../record-format.ts';
import { CONFIDENTIAL } from '../reencrypt-part.ts';
import type { JsonValue, RecordName, VaultRecord } from '../vault.ts';
import { ensureFolder, type InstanceFolder } from './instance-folder.ts';
import { newerFormat } from './marker.ts';
import { readRegular } from './read-regular.ts';
import { replaceWhole, syncDirectory } from './write-whole.ts';

/** The largest record is that of a rescue: the old values of every row. In bytes. */
const RECORD_LIMIT = 256 * 1024 * 1024;

/** The records of an instance: `records/<name>.json`, each replaced whole. */
export interface RecordStore {
  /** @throws Failure `vault-newer-format` */
  read(name: RecordName): Promise<VaultRecord>;
  /**
   * Writes a temporary file, has it survive a power cut, and renames it: killed anywhere, the old record or the new one
   * stands, and the next start removes the temporary file.
   *
   * @throws Failure `vault-newer-format` where a later release has written this record; the system's error
   */
  write(name: RecordName, value: JsonValue, options: { readonly confidential: boolean }): Promise<void>;
  /**
   * A record's file as it lies there; null where there is none.
   *
   * @throws Failure `vault-newer-format`
   */
  file(name: RecordName): Promise<RecordFile | null>;
  /** Puts a record's file in its place, unless a whole record is there. @returns whether it was put there */
  take(name: RecordName, file: Buffer): Promise<boolean>;
  /** Puts the same record in another form in its place, as a generation's (generation-store.ts). */
  replace(name: RecordName, file: Buffer): void;
}

export type RecordFile =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | ({ readonly kind: 'damaged' } & DamagedGeneration);

export function createRecordStore(place: InstanceFolder, instance: string, envelope: Envelope): RecordStore {
  const pathOf = (name: RecordName) => join(place.records, `${name}.json`);

  async function read(name: RecordName): Promise<VaultRecord> {
    const path = pathOf(name);
    const reading = readRegular(path, RECORD_LIMIT);
    if (reading.kind === 'absent') return { kind: 'absent' };
    if (reading.kind === 'unusable') return { kind: 'damaged', reason: reading.reason };
    return readable(path, await decodeRecord(reading.bytes, { name, instance }, envelope));
  }

  async function file(name: RecordName): Promise<RecordFile | null> {
    const path = pathOf(name);
    const reading = readRegular(path, RECORD_LIMIT);
    if (reading.kind === 'absent') return null;
    if (reading.kind === 'unusable') return { kind: 'damaged', file: path, reason: reading.reason };
    const record = readable(path, await decodeRecord(reading.bytes, { name, instance }, envelope));
    return record.kind === 'damaged'
      ? { kind: 'damaged', file: path, reason: record.reason }
      : { kind: 'whole', bytes: reading.bytes };
  }

  function put(name: RecordName, content: Buffer): void {
    ensureFolder(place.records, place.owner);
    replaceWhole(place, pathOf(name), content, { durable: true });
    syncDirectory(place.records);
  }

  return {
    read,
    file,
    replace: put,
    take: async (name, bytes) => {
      if ((await file(name))?.kind === 'whole') return false;
      put(name, CONFIDENTIAL.has(name) ? await sealRecord(bytes, { name, instance }, envelope) : bytes);
      return true;
    },
    write: async (name, value, options) => {
      await read(name);
      put(name, await encodeRecord({ name, instance }, value, envelope, options));
    },
  };
}

function readable(path: string, decoded: DecodedRecord): VaultRecord {
  if (decoded.kind === 'newer') throw newerFormat(path, decoded.format, decoded.readableFrom);
  return decoded;
}
