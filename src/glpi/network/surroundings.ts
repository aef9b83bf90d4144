import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What the network code takes from the world, so that a test can stand in for it. */
export interface Surroundings {
  /** All addresses of a name, in the order in which they are to be tried; rejects as `dns.lookup` does. */
  lookup(host: string): Promise<readonly LookupAddress[]>;
  dial(options: NetConnectOpts): Socket;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The system's resolver (`/etc/hosts` and `nsswitch.conf` included), sockets, clock and chance. */
export const SYSTEM: Surroundings = {
  lookup: (host) => lookup(host, { all: true }),
  dial: (options) => connect(options),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
};
