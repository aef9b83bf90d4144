import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchInstance } from './instance.ts';
import type { Program, Running } from './program.ts';

/** Milliseconds until a watch that does not become ready is given up. */
const PATIENCE = 20_000;

export interface RunningWatch extends Running {
  /** `127.0.0.1:port`. */
  readonly http: string;
}

/** Starts a watch with HTTP on, as the Compose set-up has it; ready when this resolves. */
export async function startWatch(program: Program, instance: BenchInstance): Promise<RunningWatch> {
  const http = `127.0.0.1:${await freePort()}`;
  const running = program.start(['watch'], { ...instance.environment, KEYKEEPER_HTTP: http });
  try {
    await untilAnswers(`http://${http}/readyz`);
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
  return { ...running, http };
}

/** Resolves with the first answer of status 200. @throws Error when none comes */
export async function untilAnswers(address: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    const response = await fetch(address).catch(() => null);
    await response?.arrayBuffer();
    if (response?.status === 200) return;
    await sleep(100);
  }
  throw new Error(`${address} did not answer with 200 within ${PATIENCE} ms`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
