import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { absolutePath } from '../../src/core/brand.ts';
import { LIMITS } from '../../src/files/search/finds.ts';
import { searchPaths } from '../../src/files/search/search.ts';
import { type FuzzTarget, tarOf } from './fuzz-target.ts';

const KEY = 'k'.repeat(32);
const TAR = tarOf('config/glpicrypt.key', KEY);
/** The same limits as ever but for their size: the end of a bomb comes sooner. */
const SMALL = { ...LIMITS, bytes: 4 * 1024 * 1024, ratio: 10, entries: 20_000 };

/** Archives of others, in which keys are looked for. */
export const SEARCH_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'archives that are searched',
    seeds: () => [
      TAR,
      gzipSync(TAR),
      zipOf('config/glpicrypt.key', KEY),
      tarOf('old.tar', TAR.toString('latin1')),
      gzipSync(Buffer.alloc(1024 * 1024)),
    ],
    tokens: [
      'ustar\0',
      'PK\x03\x04',
      'PK\x01\x02',
      'PK\x05\x06',
      'PK\x06\x06',
      '\x1f\x8b\x08\0',
      '\xff\xff\xff\xff',
      'x',
    ],
    read: async (input) => {
      const folder = mkdtempSync(join(tmpdir(), 'keykeeper-fuzz-'));
      try {
        writeFileSync(join(folder, 'found'), input);
        const paths = [absolutePath(folder)];
        const finds = await searchPaths({ paths, signal: AbortSignal.timeout(20_000), limits: SMALL });
        finds.findings();
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
];

/** One stored file (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16). */
function zipOf(name: string, content: string): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt32LE(crc32(content), 10);
  facts.writeUInt32LE(content.length, 14);
  facts.writeUInt32LE(content.length, 18);
  facts.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name + content)]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), facts, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
