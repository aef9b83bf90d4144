import type { Chronicle } from './chronicle.ts';
import type { Presence } from './presence.ts';
import type { Receipts } from './receipt.ts';
import type { RegistrationWrites } from './registration.ts';
import { NO_RESCUE_MEMORY, type RescueMemory } from './rescue-memory.ts';
import type { Rotation } from './rotation.ts';
import type { ScheduleRecord } from './schedule.ts';
import type { SecuredPlace } from './secured-place.ts';

/** What the vault remembers beside its generations, as far as judging and planning ask for it. */
export interface Records {
  readonly chronicle: Chronicle;
  readonly receipts: Receipts;
  readonly registrationWrites: RegistrationWrites;
  /** Where a deep search found sealed values. */
  readonly places: readonly SecuredPlace[];
  /** What accidents emptied, and what rescues made of it. */
  readonly rescue: RescueMemory;
  /** When a drill, and an export to the configured place, was done last, and how it ended; null: never. */
  readonly drill: ScheduleRecord | null;
  readonly export: ScheduleRecord | null;
  /** The journal of the last rotation; null where there was none. */
  readonly rotation: Rotation | null;
  /** The watches that share this vault. */
  readonly presence: readonly Presence[];
}

/** Of a vault that was never written to, or that cannot be read. */
export const NO_RECORDS: Records = {
  chronicle: [],
  receipts: [],
  registrationWrites: [],
  places: [],
  rescue: NO_RESCUE_MEMORY,
  drill: null,
  export: null,
  rotation: null,
  presence: [],
};
