import { request } from 'node:http';
import type { EngineAddress } from './engine-address.ts';
import { engineAgent } from './engine-agent.ts';

/**
 * How far the clock here is ahead of the engine's, by the `Date` header (RFC 9110, 6.6.1) of its answer to `GET /_ping`,
 * which every version and every socket proxy gives; ms, to a second. Null where nothing comes, or no date.
 *
 * @param timeout in ms
 */
export function engineClockAhead(address: EngineAddress, timeout: number, signal: AbortSignal): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const either = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  const asking = request({ agent: engineAgent(address, 'whole'), path: '/_ping', signal: either }, (response) => {
    response.resume();
    const time = Date.parse(response.headers.date ?? '');
    resolve(Number.isNaN(time) ? null : Date.now() - time);
  });
  asking.on('error', () => resolve(null));
  asking.end();
  return promise;
}
