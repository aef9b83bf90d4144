import { readFileSync, statSync, truncateSync, unlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchInstance, type BenchSchema, createInstance } from './instance.ts';
import { startLeastWatch } from './least-watch.ts';
import type { Program } from './program.ts';
import type { Row } from './row.ts';
import { startWatch } from './running-watch.ts';
import { missingForShellLoop, startShellLoop } from './shell-loop.ts';
import { spreadOf } from './spread.ts';

const DELETIONS = 100;
const TRUNCATIONS = 40;
/** Between two looks at the file, in ms. The same for both, and short against what is measured. */
const LOOK = 0.05;
/** Between two accidents, in ms: what the one before set off has ended by then. Not always the same, to fall into no rhythm. */
const REST = { least: 350, spread: 150 };
/** Milliseconds until a file that does not come back is given up. */
const PATIENCE = 10_000;

type Damage = (path: string) => void;

/** From a damaged key file to the same bytes at the same name, seen from outside, ours and the peer's in turns. */
export async function measureRepair(program: Program, schema: BenchSchema | null): Promise<Row[]> {
  const missing = missingForShellLoop();
  using ours = createInstance(schema);
  using theirs = createInstance(schema);
  using least = createInstance(null);
  await using running = new AsyncDisposableStack();
  running.use(await startWatch(program, ours));
  running.use(await startLeastWatch(least.configDir, basename(least.keyPath)));
  if (missing === null) running.use(await startShellLoop(theirs.configDir));
  const deleted: number[] = [];
  const copied: number[] = [];
  const synced: number[] = [];
  const cut: number[] = [];
  for (let shot = 0; shot < DELETIONS; shot += 1) {
    deleted.push(await shoot(ours, unlinkSync));
    if (missing === null) copied.push(await shoot(theirs, unlinkSync));
    synced.push(await shoot(least, unlinkSync));
  }
  for (let shot = 0; shot < TRUNCATIONS; shot += 1) cut.push(await shoot(ours, (path) => truncateSync(path, 5)));
  const asked = schema === null ? '' : ', canary on';
  return [
    {
      what: `key file deleted -> the same bytes back, in \`watch\`${asked}`,
      against: 'a shell loop of `inotifywait` and `cp`',
      unit: 'ms',
      ours: spreadOf(deleted),
      peer: missing === null ? spreadOf(copied) : null,
      goals: [
        { statistic: 'p50', comparison: 'ratio', limit: 0.5 },
        { statistic: 'p99', comparison: 'ratio', limit: 1 },
      ],
      ...(missing === null ? {} : { note: `the peer is not measured: ${missing}` }),
    },
    {
      what: 'the same by the least that Node can do: told, both synced, nothing proven',
      against: 'the same loop',
      unit: 'ms',
      ours: spreadOf(synced),
      peer: missing === null ? spreadOf(copied) : null,
      goals: [{ statistic: 'p50', comparison: 'ratio', limit: null }],
    },
    {
      what: `key file truncated -> restored, in \`watch\`${asked}`,
      against: null,
      unit: 'ms',
      ours: spreadOf(cut),
      peer: null,
      goals: [{ statistic: 'p50', comparison: 'alone', limit: 30 }],
    },
  ];
}

async function shoot({ keyPath, key }: BenchInstance, damage: Damage): Promise<number> {
  await sleep(REST.least + Math.random() * REST.spread);
  return timeUntilBack(keyPath, key, damage);
}

function timeUntilBack(path: string, content: Buffer, damage: Damage): number {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const started = performance.now();
  damage(path);
  while (!isBack(path, content)) {
    if (performance.now() - started > PATIENCE) throw new Error(`${path} did not come back within ${PATIENCE} ms`);
    Atomics.wait(cell, 0, 0, LOOK);
  }
  return performance.now() - started;
}

function isBack(path: string, content: Buffer): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.size !== content.length) return false;
  return readFileSync(path).equals(content);
}
