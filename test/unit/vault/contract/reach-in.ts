import { gunzipSync, gzipSync } from 'node:zlib';
import type { VaultPlace } from './vault-place.ts';

/** The text under a name. */
export async function textAt(place: VaultPlace, name: string): Promise<string> {
  const bytes = (await place.entries()).get(name);
  if (bytes === undefined) throw new Error(`there is no "${name}"`);
  return (place.packed ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Puts a text under a name, as somebody would who edits by hand. */
export async function writeText(place: VaultPlace, name: string, text: string): Promise<void> {
  await place.edit(name, place.packed ? gzipSync(text) : Buffer.from(text));
}

export async function cutShort(place: VaultPlace, name: string, length: number): Promise<void> {
  await place.edit(name, (await place.entries()).get(name)?.subarray(0, length) ?? null);
}

export async function chunkNames(place: VaultPlace): Promise<string[]> {
  return [...(await place.entries()).keys()].filter((name) => place.isChunk(name)).sort();
}
