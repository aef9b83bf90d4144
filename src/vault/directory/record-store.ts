import { join } from 'node:path';
import type { Envelope } from '../age-envelope.ts';
import { type DecodedRecord, decodeRecord, encodeRecord } from '../record-format.ts';
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
}

export function createRecordStore(place: InstanceFolder, instance: string, envelope: Envelope): RecordStore {
  const pathOf = (name: RecordName) => join(place.records, `${name}.json`);

  async function read(name: RecordName): Promise<VaultRecord> {
    const path = pathOf(name);
    const reading = readRegular(path, RECORD_LIMIT);
    if (reading.kind === 'absent') return { kind: 'absent' };
    if (reading.kind === 'unusable') return { kind: 'damaged', reason: reading.reason };
    return readable(path, await decodeRecord(reading.bytes, { name, instance }, envelope));
  }

  return {
    read,
    write: async (name, value, options) => {
      await read(name);
      const content = await encodeRecord({ name, instance }, value, envelope, options);
      ensureFolder(place.records, place.owner);
      replaceWhole(place, pathOf(name), content, { durable: true });
      syncDirectory(place.records);
    },
  };
}

function readable(path: string, decoded: DecodedRecord): VaultRecord {
  if (decoded.kind === 'newer') throw newerFormat(path, decoded.format, decoded.readableFrom);
  return decoded;
}
