import { resolve } from 'node:path';
import { docker, dockerOutput } from '../test/stand-in/glpi/image.ts';
import type { Row } from './row.ts';
import { spreadOf } from './spread.ts';

const BASE = 'gcr.io/distroless/nodejs24-debian12';
const NAME = 'keykeeper-bench-image';

/** The image of this clone against the one that it is built on: what the engine says of each, in MB (10^6 bytes). */
export async function measureImage(): Promise<Row[]> {
  await dockerOutput(['build', '--quiet', '--tag', NAME, resolve(import.meta.dirname, '..')]);
  try {
    const sizes = await dockerOutput(['image', 'inspect', '--format', '{{.Size}}', NAME, BASE]);
    const [ours = 0, base = 0] = sizes.split('\n').map((size) => Number(size) / 1e6);
    return [
      {
        what: 'size of the image',
        against: `\`${BASE}\``,
        unit: 'MB',
        ours: spreadOf([ours]),
        peer: spreadOf([base]),
        goals: [{ statistic: 'p50', comparison: 'difference', limit: 5 }],
      },
    ];
  } finally {
    await docker(['image', 'rm', '--force', NAME]);
  }
}
