import { Failure } from '../core/failure.ts';
import { type Capability, ownCapabilities } from '../files/access-facts.ts';

/** What giving GLPI's file to root and setting its mode takes. */
const NEEDED = ['CHOWN', 'FOWNER'] as const;

/**
 * Refuses a lock that this process could never keep: a file that Keykeeper cannot give to root stays GLPI's to replace.
 *
 * @param held the capabilities of this process
 * @throws Failure `conflicting-setting`
 */
export function requireLockRights(
  lock: 'on' | 'off' | null,
  held: ReadonlySet<Capability> = ownCapabilities(),
  uid: number = process.geteuid?.() ?? 0,
): void {
  const lacking = NEEDED.filter((each) => !held.has(each));
  if (lock !== 'on' || lacking.length === 0) return;
  throw new Failure(
    'conflicting-setting',
    `the key file cannot be locked by uid ${uid} without the capabilities ${lacking.join(' and ')}: a lock is root's file`,
    {
      target: 'KEYKEEPER_LOCK',
      expected: 'root, with CHOWN, FOWNER and DAC_OVERRIDE',
      try: 'user: "0:0" with cap_add: [CHOWN, FOWNER, DAC_OVERRIDE], or no KEYKEEPER_LOCK: GLPI_SKIP_AUTOINSTALL=true on GLPI does without',
    },
  );
}
