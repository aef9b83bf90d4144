import type { Rate } from './rate-limit.ts';

/** What a client of the HTTP interface may take. Times in ms. */
export interface HttpLimits {
  /** For a whole request, body included; what takes longer is cut off. */
  readonly request: number;
  readonly headers: number;
  readonly keepAlive: number;
  /** Between two looks for slow clients. */
  readonly check: number;
  /** Without a byte in either direction: whoever asks and does not read the answer. */
  readonly silence: number;
  readonly headerBytes: number;
  readonly connections: number;
  /** Of them, from one address: the others leave room for the health check. */
  readonly connectionsOfOne: number;
  /** Requests of one address, the wrong tokens among them. */
  readonly rate: Rate;
}

export const HTTP_LIMITS: HttpLimits = {
  request: 10_000,
  headers: 5_000,
  keepAlive: 5_000,
  check: 2_000,
  silence: 10_000,
  headerBytes: 8 * 1024,
  connections: 64,
  connectionsOfOne: 32,
  rate: { burst: 100, perSecond: 20 },
};
