import type { Chronicle } from './chronicle.ts';
import type { Receipts } from './receipt.ts';
import type { RegistrationWrites } from './registration.ts';
import type { SecuredPlace } from './secured-place.ts';

/** What the vault remembers beside its generations, as far as judging and planning ask for it. */
export interface Records {
  readonly chronicle: Chronicle;
  readonly receipts: Receipts;
  readonly registrationWrites: RegistrationWrites;
  /** Where a deep search found sealed values. */
  readonly places: readonly SecuredPlace[];
}

/** Of a vault that was never written to, or that cannot be read. */
export const NO_RECORDS: Records = { chronicle: [], receipts: [], registrationWrites: [], places: [] };
