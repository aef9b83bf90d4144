import type { Platform, PlatformObservation } from './platform.ts';

const UNKNOWN: PlatformObservation = { running: null, container: null, findings: [] };

/** No engine to ask: whether GLPI runs stays unknown, and nothing is ever hinted. */
export function noPlatform(): Platform {
  return {
    name: 'none',
    async observe(signal) {
      signal?.throwIfAborted();
      return UNKNOWN;
    },
    follow() {},
    async [Symbol.asyncDispose]() {},
  };
}
