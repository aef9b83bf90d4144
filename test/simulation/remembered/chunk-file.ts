import type { Sha256 } from '../../../src/core/brand.ts';
import type { Envelope } from '../../../src/vault/age-envelope.ts';
import { type ChunkText, decodeChunk as decode } from '../../../src/vault/chunk-file.ts';
import { RememberedBytes } from '../machine/remember.ts';

/** Stands for the module of this name in the product: the same, remembered where no key of age's has a part in it. */
export * from '../../../src/vault/chunk-file.ts';

const known = new RememberedBytes<Promise<ChunkText>>();

export function decodeChunk(file: Buffer, name: Sha256, envelope: Envelope): Promise<ChunkText> {
  if (envelope.seals || envelope.opens) return decode(file, name, envelope);
  return known.recall(name, file, () => decode(file, name, envelope));
}
