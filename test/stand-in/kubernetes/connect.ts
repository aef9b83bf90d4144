import { Agent } from 'node:http';
import type { ApiTimings } from '../../../src/kubernetes/api-client.ts';
import type { Connection } from '../../../src/kubernetes/connection.ts';
import type { FollowTimings } from '../../../src/kubernetes/follow-object.ts';

/** Short enough that a test waits for nothing. */
export const QUICK: ApiTimings = {
  timeout: 300,
  attempts: 3,
  backoff: { first: 5, longest: 20 },
  longestRetryAfter: 2000,
};

export const QUICK_FOLLOW: FollowTimings = { backoff: { first: 5, longest: 20 }, session: 60_000, silence: 60_000 };

/** A way to the double, in clear and as whoever `token` is. */
export function connectTo(url: string, token = 'test-token'): Connection {
  const agent = new Agent({ keepAlive: true });
  return {
    server: url,
    namespace: 'glpi',
    async options() {
      return { agent, headers: { authorization: `Bearer ${token}` } };
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
