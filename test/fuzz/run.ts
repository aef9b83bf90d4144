import { parseArgs } from 'node:util';
import { runRound } from './run-round.ts';
import { FUZZ_TARGETS } from './targets.ts';

/** Inputs that one process takes, and what it may take for them. */
const INPUTS = 300;
const LIMITS = { heap: 192, longest: 60_000 };
const TARGETS = new URL('targets.ts', import.meta.url).href;

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
    const result = await runRound({ targets: TARGETS, target: name, seed, inputs: INPUTS }, LIMITS);
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
