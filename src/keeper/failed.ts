/** What can go wrong in a run. */
export interface Failed {
  readonly writeFailed: boolean;
  readonly accessFailed: boolean;
  readonly vaultFailed: boolean;
  readonly resealFailed: boolean;
  readonly registrationFailed: boolean;
}

/** Before anything did. */
export const NOTHING_FAILED: Failed = {
  writeFailed: false,
  accessFailed: false,
  vaultFailed: false,
  resealFailed: false,
  registrationFailed: false,
};

/** What went wrong in one or the other. */
export function eitherFailed(one: Failed, other: Failed): Failed {
  return {
    writeFailed: one.writeFailed || other.writeFailed,
    accessFailed: one.accessFailed || other.accessFailed,
    vaultFailed: one.vaultFailed || other.vaultFailed,
    resealFailed: one.resealFailed || other.resealFailed,
    registrationFailed: one.registrationFailed || other.registrationFailed,
  };
}
