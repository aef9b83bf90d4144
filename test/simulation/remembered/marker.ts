import { type MarkedPlace, type MarkerState, readMarker as read } from '../../../src/vault/marker.ts';
import { Remembered } from '../machine/remember.ts';

/** Stands for the module of this name in the product: the same, remembered. */
export * from '../../../src/vault/marker.ts';

const known = new Remembered<Exclude<MarkerState, 'absent'>>();

export function readMarker(bytes: Buffer, place: MarkedPlace): Exclude<MarkerState, 'absent'> {
  const input = `${place.instance} ${place.target} ${place.file} ${bytes.toString('latin1')}`;
  return known.recall(input, () => read(bytes, place));
}
