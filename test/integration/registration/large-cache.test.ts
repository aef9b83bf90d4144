import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { removeCachedAnswer } from '../../../src/keeper/remove-cached-answer.ts';
import { TemporaryDirectory } from '../../unit/files/temporary-directory.ts';

const KEY = new Secret('the key');
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-'];
const EACH = 70;
const MEBIBYTE = 1024 * 1024;

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

/** A core cache of GLPI 10 with 101,080 items beside two answers about the key. */
function fill(directory: TemporaryDirectory): void {
  const value = 'v'.repeat(1_000);
  for (const first of LETTERS) {
    for (const second of LETTERS) {
      const folder = directory.at('_cache/core', first, second);
      mkdirSync(folder, { recursive: true });
      for (let at = 0; at < EACH; at++)
        writeFileSync(`${folder}/item${at}`, `1795604430\n${sha1(`${folder}${at}`)}\n${value}`);
    }
  }
  for (const language of ['en', 'fr']) {
    const name = sha1(`registration_${sha1(KEY.reveal())}_${language}_informations`);
    writeFileSync(directory.at('_cache/core/K/7', language), `1795604430\n${name}\n${value}`);
  }
}

it('a cached answer is found among 100,000 items, beside other work and within a few megabytes', async () => {
  using directory = new TemporaryDirectory();
  fill(directory);
  const { signal } = new AbortController();
  const before = process.memoryUsage.rss();
  const seen: number[] = [];
  const beside = setInterval(() => seen.push(process.memoryUsage.rss()), 10);

  const request = { varDir: directory.path, cacheConfig: null, version: '10.0.17', keys: [KEY], signal };
  const removal = await removeCachedAnswer(request);
  clearInterval(beside);
  const again = await removeCachedAnswer({ ...request, limits: { names: 50_000, time: 60_000 } });

  expect(removal).toEqual({ kind: 'gone', removed: 2 });
  expect(seen.length).toBeGreaterThan(10);
  expect(Math.max(...seen) - before).toBeLessThan(48 * MEBIBYTE);
  expect(again).toMatchObject({ kind: 'unsure', reason: expect.stringContaining('too large') });
});
