import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchSchema, createInstance } from './instance.ts';
import { leastIdle } from './least-idle.ts';
import { type Program, type Running, startProcess } from './program.ts';
import type { Row } from './row.ts';
import { freePort, startWatch, untilAnswers } from './running-watch.ts';
import { spreadOf } from './spread.ts';
import { measureHealthCheck } from './start-up.ts';

/** Watches, and as many servers, side by side. */
const PAIRS = 3;
/** A start's garbage is gone and its late passes are over, in ms. */
const CALM = 10_000;
/** The default interval of a watch, in ms: each does one pass of its timer meanwhile. */
const WINDOW = 60_000;
/** Bare JavaScript: removing types would stay in the process's memory. */
const SERVER =
  "require('node:http').createServer((_, answer) => answer.end('ok')).listen(process.env.PORT, '127.0.0.1')";

/** Memory and processor time of a watch to which nothing happens, and a health check that asks it. */
export async function measureIdle(program: Program, schema: BenchSchema | null): Promise<Row[]> {
  using stack = new DisposableStack();
  await using running = new AsyncDisposableStack();
  const watches: { process: Running; http: string }[] = [];
  const servers: Running[] = [];
  const bare: Running[] = [];
  const libraries = stack.use(await leastIdle());
  const instances = Array.from({ length: PAIRS }, () => stack.use(createInstance(schema)));
  for (const instance of instances) {
    const watch = running.use(await startWatch(program, instance));
    watches.push({ process: watch, http: watch.http });
    servers.push(running.use(await startServer(['-e', SERVER])));
    bare.push(running.use(await startServer([libraries.file], instance.configDir)));
  }
  await sleep(CALM);
  const before = [...watches.map((each) => each.process), ...servers].map(processorTime);
  await sleep(WINDOW);
  const after = [...watches.map((each) => each.process), ...servers].map(processorTime);
  const shares = after.map((time, index) => ((time - (before[index] ?? time)) / WINDOW) * 100);
  const asked = schema === null ? 'no database' : 'canary on';
  const rows: Row[] = [
    {
      what: `resident memory of an idle \`watch\`, HTTP on, ${asked}`,
      against: 'an idle Node HTTP server',
      unit: 'MiB',
      ours: spreadOf(watches.map((each) => residentMemory(each.process))),
      peer: spreadOf(servers.map(residentMemory)),
      goals: [{ statistic: 'p50', comparison: 'difference', limit: 12 }],
    },
    {
      what: 'the libraries of a watch alone: log, HTTP, file events, driver; nothing read, judged or kept',
      against: 'an idle Node HTTP server',
      unit: 'MiB',
      ours: spreadOf(bare.map(residentMemory)),
      peer: spreadOf(servers.map(residentMemory)),
      goals: [{ statistic: 'p50', comparison: 'difference', limit: null }],
    },
    {
      what: 'processor time of an idle `watch`, of one core',
      against: 'an idle Node HTTP server',
      unit: '%',
      ours: spreadOf(shares.slice(0, PAIRS)),
      peer: spreadOf(shares.slice(PAIRS)),
      goals: [{ statistic: 'p50', comparison: 'alone', limit: 0.1 }],
    },
  ];
  const [instance] = instances;
  const [watch] = watches;
  return instance === undefined || watch === undefined
    ? rows
    : [...rows, measureHealthCheck(program, instance, watch.http)];
}

/** Has answered once, as the watch has. */
async function startServer(parameters: readonly string[], directory = ''): Promise<Running> {
  const port = String(await freePort());
  const running = startProcess(process.execPath, parameters, { PORT: port, DIRECTORY: directory });
  await untilAnswers(`http://127.0.0.1:${port}/`);
  return running;
}

/** VmRSS of proc_pid_status(5), in MiB. */
export function residentMemory({ pid }: Running): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) / 1_024;
}

/** Of all threads, in ms. The scheduler counts nanoseconds, where proc_pid_stat(5) has hundredths of a second. */
function processorTime({ pid }: Running): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  return times.reduce((sum, time) => sum + Number(time), 0) / 1e6;
}
