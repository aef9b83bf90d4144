import type { Envelope } from '../age-envelope.ts';
import { newerFormat } from '../newer-format.ts';
import { type DecodedRecord, decodeRecord, encodeRecord, sealRecord } from '../record-format.ts';
import { CONFIDENTIAL } from '../reencrypt-part.ts';
import type { RecordFile, RecordStore } from '../stores.ts';
import type { RecordName, VaultRecord } from '../vault.ts';
import { type FileMemory, versionOf } from './file-memory.ts';
import { ensureFolder, type InstanceFolder } from './instance-folder.ts';
import { readRegular } from './read-regular.ts';
import { replaceWhole, syncDirectory } from './write-whole.ts';

/** The largest record is that of a rescue: the old values of every row. In bytes. */
const RECORD_LIMIT = 256 * 1024 * 1024;

/**
 * The records of an instance as files: `records/<name>.json`. One is replaced by writing a temporary file, having it survive
 * a power cut, and renaming it; the next start removes what a killed writer left.
 */
export function createRecordStore(
  place: InstanceFolder,
  instance: string,
  envelope: Envelope,
  memory: FileMemory<VaultRecord>,
): RecordStore {
  const pathOf = (name: RecordName) => `${place.records}/${name}.json`;

  async function read(name: RecordName): Promise<VaultRecord> {
    const path = pathOf(name);
    const version = versionOf(path);
    if (version === null) return { kind: 'absent' };
    const known = memory.recall(path, version);
    if (known !== undefined) return known;
    const reading = readRegular(path, RECORD_LIMIT);
    if (reading.kind === 'absent') return { kind: 'absent' };
    if (reading.kind === 'unusable') return { kind: 'damaged', reason: reading.reason };
    const record = readable(path, await decodeRecord(reading.bytes, { name, instance }, envelope));
    memory.remember(path, version, record);
    return record;
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
