import type { Chronicle } from '../core/chronicle.ts';
import type { DamagedGeneration } from '../core/observation.ts';
import type { Receipts } from '../core/receipt.ts';
import { NO_RECORDS, type Records } from '../core/records.ts';
import type { RegistrationWrites } from '../core/registration.ts';
import type { RescueMemory } from '../core/rescue-memory.ts';
import type { Rotation } from '../core/rotation.ts';
import type { SecuredPlace } from '../core/secured-place.ts';
import { list, Mismatch, nullable, object, oneOf, optional, type Shape, text, time } from '../core/shape.ts';
import { VERDICTS } from '../core/verdict.ts';
import type { RecordName, Vault, VaultRecord } from '../vault/vault.ts';
import { placesSchema } from './place-record.ts';
import { presenceSchema } from './presence-record.ts';
import { receiptsSchema } from './receipt-record.ts';
import { registrationWrites } from './registration-record.ts';
import { rescueMemorySchema } from './rescue-memory-record.ts';
import { rotationSchema } from './rotation-record.ts';
import { scheduleSchema } from './schedule-record.ts';

const chronicle = () =>
  list(
    object({
      at: time(),
      verdict: oneOf(...VERDICTS),
      fingerprint: nullable(text({ pattern: /^[0-9a-f]{16}$/ })),
      gate: optional(oneOf(true)),
    }),
  );

/** What records held: as long as its file is the same, a vault gives the same record, and a watch asks at each look. */
const READ = new WeakMap<VaultRecord, unknown>();

function contentOf<T>(record: VaultRecord & { readonly kind: 'present' }, shape: () => Shape<T>): T | Mismatch {
  const known = READ.get(record) as T | Mismatch | undefined;
  if (known !== undefined) return known;
  const value = shape()(record.value);
  READ.set(record, value);
  return value;
}

/** The records as far as they can be read, and those that cannot. */
export interface RecordsLook {
  readonly records: Records;
  readonly damaged: readonly DamagedGeneration[];
}

/** Reads the vault's records. One that is damaged, or not what it should be, counts as absent and is told. */
export async function readRecords(vault: Vault): Promise<RecordsLook> {
  const damaged: DamagedGeneration[] = [];
  const read = async <T>(name: RecordName, shape: () => Shape<T>): Promise<T | null> => {
    const record = await vault.record(name);
    if (record.kind === 'absent' || record.kind === 'sealed') return null;
    const reason = record.kind === 'damaged' ? record.reason : 'does not hold what it should';
    const value = record.kind === 'present' ? contentOf(record, shape) : new Mismatch('');
    if (!(value instanceof Mismatch)) return value;
    damaged.push({ file: `record ${name}`, reason });
    return null;
  };
  const records: Records = {
    chronicle: ((await read('chronicle', chronicle)) as Chronicle | null) ?? NO_RECORDS.chronicle,
    registrationWrites:
      ((await read('wishes', registrationWrites)) as RegistrationWrites | null) ?? NO_RECORDS.registrationWrites,
    places: ((await read('places', placesSchema)) as SecuredPlace[] | null) ?? NO_RECORDS.places,
    rescue: ((await read('emptied', rescueMemorySchema)) as RescueMemory | null) ?? NO_RECORDS.rescue,
    drill: await read('drill', scheduleSchema),
    export: await read('export', scheduleSchema),
    rotation: (await read('rotation', rotationSchema)) as Rotation | null,
    presence: (await read('presence', presenceSchema)) ?? NO_RECORDS.presence,
    receipts: ((await read('receipts', receiptsSchema)) as Receipts | null) ?? NO_RECORDS.receipts,
  };
  return { records, damaged };
}
