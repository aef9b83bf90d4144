import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusDocument } from '../../../src/report/http/status-document.ts';
import { type CliEnvironment, type CliResult, resultOf, startCli } from '../cli/run-cli.ts';

let port = 30_000 + (process.pid % 5_000);

/** The real `watch` as a process, seen through its HTTP server. */
export interface Watching {
  readonly pid: number;
  /** Resolves with the first status that fits. */
  until(fits: (status: StatusDocument) => boolean): Promise<StatusDocument>;
  get(path: string): Promise<string>;
  /** Ends it, with SIGTERM unless it says otherwise; everything that it printed. */
  stop(signal?: NodeJS.Signals): Promise<CliResult>;
}

export function startWatching(environment: CliEnvironment): Watching {
  port += 1;
  const address = `127.0.0.1:${port}`;
  const child = startCli(['watch'], { ...environment, KEYKEEPER_HTTP: address });
  const ended = resultOf(child);
  const get = async (path: string) => await (await fetch(`http://${address}${path}`)).text();
  return {
    pid: child.pid ?? 0,
    get,
    async until(fits) {
      let last = '';
      for (let tries = 0; tries < 600 && child.exitCode === null; tries += 1) {
        last = await get('/status').catch(() => '');
        const status = last === '' ? null : (JSON.parse(last) as StatusDocument);
        if (status !== null && fits(status)) return status;
        await sleep(50);
      }
      child.kill('SIGKILL');
      throw new Error(`no status fitted; the last was ${last}\n${(await ended).stderr}`);
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return await ended;
    },
  };
}
