import { parseArgs } from 'node:util';
import { startMariadb } from '../stand-in/mariadb/start-mariadb.ts';
import { available } from '../stand-in/require.ts';
import { progressLine, soakText } from './print-soak.ts';
import { runSoak } from './run-soak.ts';

const USAGE = 'usage: npm run soak -- [--hours N | --minutes N] [--events N] [--seed N] [--json]\n';

const { values } = parseArgs({
  options: {
    hours: { type: 'string' },
    minutes: { type: 'string' },
    events: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const minutes = values.hours === undefined ? Number(values.minutes ?? 5) : Number(values.hours) * 60;
const [events, seed] = [Number(values.events), Number(values.seed)];
if (!(minutes > 0 && events > 0 && Number.isSafeInteger(seed))) {
  process.stderr.write(USAGE);
  process.exit(2);
}

const mariadb = (await available('mariadb')) ? await startMariadb({ returns: true }) : null;
try {
  const report = await runSoak({
    minutes,
    events,
    seed,
    mariadb,
    onProgress: (progress) => process.stderr.write(`${progressLine(progress)}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : soakText(report));
  process.exitCode = report.failures.length === 0 ? 0 : 1;
} finally {
  await mariadb?.stop();
}
