import type { Envelope } from '../../../src/vault/age-envelope.ts';
import { type DecodedRecord, decodeRecord as decode } from '../../../src/vault/record-format.ts';
import type { RecordName } from '../../../src/vault/vault.ts';
import { RememberedBytes } from '../machine/remember.ts';

/** Stands for the module of this name in the product: the same, remembered where no key of age's has a part in it. */
export * from '../../../src/vault/record-format.ts';

const known = new RememberedBytes<Promise<DecodedRecord>>();

export function decodeRecord(
  bytes: Buffer,
  head: { readonly name: RecordName; readonly instance: string },
  envelope: Envelope,
): Promise<DecodedRecord> {
  if (envelope.seals || envelope.opens) return decode(bytes, head, envelope);
  return known.recall(`${head.name} ${head.instance}`, bytes, () => decode(bytes, head, envelope));
}
