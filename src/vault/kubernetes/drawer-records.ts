import type { Envelope } from '../age-envelope.ts';
import { newerFormat } from '../newer-format.ts';
import { decodeRecord, encodeRecord, sealRecord } from '../record-format.ts';
import { CONFIDENTIAL } from '../reencrypt-part.ts';
import type { RecordStore } from '../stores.ts';
import type { RecordName, VaultRecord } from '../vault.ts';
import type { Drawer } from './drawer.ts';
import { fileOf } from './drawer-generations.ts';
import { recordEntry } from './entry-name.ts';

/** The records in a drawer: `record-<name>.json.gz`. */
export function drawerRecords(drawer: Drawer, instance: string, envelope: Envelope): RecordStore {
  async function read(name: RecordName): Promise<VaultRecord> {
    const found = drawer.unpack(recordEntry(name));
    if (found === null) return { kind: 'absent' };
    if (found.kind === 'damaged') return found;
    const decoded = await decodeRecord(found.bytes, { name, instance }, envelope);
    if (decoded.kind !== 'newer') return decoded;
    throw newerFormat(fileOf(drawer, recordEntry(name)), decoded.format, decoded.readableFrom);
  }

  return {
    read,
    async write(name, value, options) {
      await read(name);
      drawer.pack(recordEntry(name), await encodeRecord({ name, instance }, value, envelope, options));
    },
    async file(name) {
      const record = await read(name);
      if (record.kind === 'absent') return null;
      const found = drawer.unpack(recordEntry(name));
      if (record.kind !== 'damaged' && found?.kind === 'text') return { kind: 'whole', bytes: found.bytes };
      const reason = record.kind === 'damaged' ? record.reason : 'is not a whole record';
      return { kind: 'damaged', file: fileOf(drawer, recordEntry(name)), reason };
    },
    async take(name, bytes) {
      const there = await read(name);
      if (there.kind === 'present' || there.kind === 'sealed') return false;
      const sealed = CONFIDENTIAL.has(name) ? await sealRecord(bytes, { name, instance }, envelope) : bytes;
      drawer.pack(recordEntry(name), sealed);
      return true;
    },
    replace: (name, bytes) => drawer.pack(recordEntry(name), bytes),
  };
}
