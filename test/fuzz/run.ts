import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { FUZZ_TARGETS } from './targets.ts';
import type { RoundDone, RoundOrder } from './worker.ts';

/** Heap of the process that parses, in MiB: what grows without bounds ends it. */
const HEAP = 192;
/** A round of this many inputs that takes longer, in ms, hangs. */
const ROUND = { inputs: 300, longest: 60_000 };

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    target: { type: 'string' },
    seed: { type: 'string' },
  },
});
const targets = FUZZ_TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (targets.length === 0) {
  process.stderr.write(`no target "${values.target}". There are: ${FUZZ_TARGETS.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

const until = Date.now() + Number(values.minutes) * 60_000;
const counts = new Map<string, number>(targets.map(({ name }) => [name, 0]));
const found: string[] = [];
let seed = Number(values.seed ?? Date.now() % 1_000_000_000);
do {
  for (const { name } of targets) {
    const result = await runRound({ target: name, seed, inputs: ROUND.inputs });
    counts.set(name, (counts.get(name) ?? 0) + result.inputs);
    if (result.defect === null) continue;
    found.push(`${name}, seed ${seed}: ${result.defect}`);
    process.stdout.write(`DEFECT  ${name}  npm run fuzz -- --target '${name}' --seed ${seed}\n${result.defect}\n`);
  }
  process.stderr.write(`seed ${seed}: ${[...counts.values()].reduce((sum, each) => sum + each, 0)} inputs so far\n`);
  seed += 1;
} while (Date.now() < until);

for (const [name, count] of counts) process.stdout.write(`${String(count).padStart(9)}  ${name}\n`);
process.stdout.write(found.length === 0 ? 'no defect\n' : `${found.length} defects\n`);
process.exitCode = found.length === 0 ? 0 : 1;

/** In a process of its own: neither a hang nor an exhausted heap ends this one. */
async function runRound(order: RoundOrder): Promise<RoundDone> {
  const child = fork(new URL('worker.ts', import.meta.url), [JSON.stringify(order)], {
    execArgv: [`--max-old-space-size=${HEAP}`],
  });
  return await new Promise((resolve) => {
    let done: RoundDone | null = null;
    const timer = setTimeout(() => {
      done = { inputs: 0, defect: `takes longer than ${ROUND.longest / 1000} s` };
      child.kill('SIGKILL');
    }, ROUND.longest);
    child.once('message', (message) => {
      done = message as RoundDone;
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve(done ?? { inputs: 0, defect: `ended with ${signal ?? code}: out of ${HEAP} MiB of memory?` });
    });
  });
}
