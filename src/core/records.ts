import type { Chronicle } from './chronicle.ts';

/** What the vault remembers beside its generations, as far as judging and planning ask for it. */
export interface Records {
  readonly chronicle: Chronicle;
}

/** Of a vault that was never written to, or that cannot be read. */
export const NO_RECORDS: Records = { chronicle: [] };
