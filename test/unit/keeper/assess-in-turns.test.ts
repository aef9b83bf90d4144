import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { StoredValue } from '../../../src/core/value.ts';
import { assess } from '../../../src/glpi/evidence.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { sealValue } from '../../../src/glpi/value-sealer.ts';
import { assessInTurns } from '../../../src/keeper/assess-in-turns.ts';

const [first, second] = [randomBytes(32), randomBytes(32)];
const KEYS = new Map([first, second].map((key) => [fingerprintOf(key), key]));
const CONTEXT = { version: '10.0.17', legacyKeys: [], accepted: new Set<never>(), escrow: () => undefined };

function stored(id: number): StoredValue {
  const key = [first, second, randomBytes(32)][id % 3] ?? first;
  const reference = { table: 'glpi_mailcollectors', column: 'passwd', id };
  return { reference, class: 'setting', sealedColumn: true, value: sealValue(Buffer.from(`secret ${id}`), key) };
}

it.each([0, 1, 999, 1_000, 1_001, 2_500])(
  'says of %d values what is said of them at once, in their order',
  async (count) => {
    const values = Array.from({ length: count }, (_, id) => stored(id));

    const evidence = await assessInTurns(values, KEYS, CONTEXT);

    expect(evidence).toEqual(assess(values, KEYS, CONTEXT));
  },
);

it('lets timers fire in between', async () => {
  const values = Array.from({ length: 3_000 }, (_, id) => stored(id));
  let fired = 0;
  const timer = setInterval(() => {
    fired += 1;
  }, 1);

  await assessInTurns(values, KEYS, CONTEXT);

  clearInterval(timer);
  expect(fired).toBeGreaterThan(0);
});
