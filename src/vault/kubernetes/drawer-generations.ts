import { Failure } from '../../core/failure.ts';
import type { DamagedGeneration } from '../../core/observation.ts';
import type { Envelope } from '../age-envelope.ts';
import { type Decoded, decodeGeneration, type GenerationRecord } from '../generation-format.ts';
import { newerFormat } from '../newer-format.ts';
import type { GenerationStore } from '../stores.ts';
import type { Drawer } from './drawer.ts';
import { generationEntry } from './entry-name.ts';

const HIGHEST = 999_999_999;

/** What was decoded once, by entry: a generation never changes, and one that is encrypted takes a while to open. */
export type DecodedEntries = Map<string, { readonly packed: Buffer; readonly decoded: Decoded }>;

/** The generations in a drawer: `generation-000001.json.gz` and so on. Numbers are never given twice, nor rewritten. */
export function drawerGenerations(
  drawer: Drawer,
  instance: string,
  envelope: Envelope,
  remembered: DecodedEntries,
): GenerationStore {
  async function decode(key: string, number: number): Promise<Decoded> {
    const packed = drawer.get(key) ?? Buffer.alloc(0);
    const known = remembered.get(key);
    if (known?.packed.equals(packed) === true) return known.decoded;
    const found = drawer.unpack(key);
    if (found?.kind !== 'text') return { kind: 'damaged', reason: found?.reason ?? 'is missing' };
    const decoded = await decodeGeneration(found.bytes, { number, instance }, envelope);
    remembered.set(key, { packed, decoded });
    return decoded;
  }

  return {
    async read() {
      const records: GenerationRecord[] = [];
      const damaged: DamagedGeneration[] = [];
      const numbers: number[] = [];
      for (const { key, entry } of byNumber(drawer)) {
        numbers.push(entry.number);
        const decoded = await decode(key, entry.number);
        const file = fileOf(drawer, key);
        if (decoded.kind === 'newer') throw newerFormat(file, decoded.format, decoded.readableFrom);
        if (decoded.kind === 'damaged') damaged.push({ file, reason: decoded.reason });
        else records.push(decoded.record);
      }
      for (const { key } of drawer.ofKind('stranger')) {
        damaged.push({ file: fileOf(drawer, key), reason: "is not Keykeeper's" });
      }
      return { records, damaged, highest: Math.max(0, ...numbers), taken: new Set(numbers) };
    },
    bytes(number) {
      const found = drawer.unpack(generationEntry(number));
      if (found === null) return null;
      if (found.kind === 'text') return found.bytes;
      throw new Failure('vault-unreadable', `an entry of the vault ${found.reason}`, {
        target: generationEntry(number),
      });
    },
    write(number, content) {
      if (number > HIGHEST) {
        throw new Failure('vault-unwritable', 'the vault has used up its numbers', {
          target: drawer.target,
          expected: `numbers up to ${HIGHEST}`,
        });
      }
      if (drawer.get(generationEntry(number)) !== null) return false;
      drawer.pack(generationEntry(number), content);
      return true;
    },
    replace: (number, content) => drawer.pack(generationEntry(number), content),
    remove(numbers) {
      for (const number of numbers) drawer.delete(generationEntry(number));
    },
  };
}

/** An entry as messages name it. */
export function fileOf(drawer: Drawer, key: string): string {
  return `${drawer.target}: ${key}`;
}

/** Names are padded to six digits only. */
function byNumber(drawer: Drawer) {
  return drawer.ofKind('generation').sort((a, b) => a.entry.number - b.entry.number);
}
