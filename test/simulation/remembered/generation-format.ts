import type { Envelope } from '../../../src/vault/age-envelope.ts';
import { type Decoded, decodeGeneration as decode } from '../../../src/vault/generation-format.ts';
import { RememberedBytes } from '../machine/remember.ts';

/** Stands for the module of this name in the product: the same, remembered where no key of age's has a part in it. */
export * from '../../../src/vault/generation-format.ts';

const known = new RememberedBytes<Promise<Decoded>>();

export function decodeGeneration(
  bytes: Buffer,
  place: { readonly number: number; readonly instance: string },
  envelope: Envelope,
): Promise<Decoded> {
  if (envelope.seals || envelope.opens) return decode(bytes, place, envelope);
  return known.recall(`${place.number} ${place.instance}`, bytes, () => decode(bytes, place, envelope));
}
