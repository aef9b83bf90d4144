import type { Settings } from '../config/settings.ts';
import type { WantedAccess } from '../core/observation.ts';

/** Which image this is and whose its files should be, with what speaks for it, as `status` shows it. */
export interface OwnershipDetails {
  readonly preset: string;
  readonly presetEvidence: string;
  /** `33:33`; null where nobody says. */
  readonly owner: string | null;
  readonly ownerEvidence: string;
  /** `as-found`: no setting speaks of it. */
  readonly lock: 'on' | 'off' | 'as-found';
}

export function ownershipDetails({ preset, presetEvidence, lock }: Settings, access: WantedAccess): OwnershipDetails {
  const { uid, gid, from = '' } = access;
  const owner = uid === null ? null : `${uid}:${gid ?? '-'}`;
  return { preset: preset.name, presetEvidence, owner, ownerEvidence: from, lock: lock ?? 'as-found' };
}

/** Lines of a result for people. */
export function ownershipLines(details: OwnershipDetails): (readonly [string, string])[] {
  const { preset, presetEvidence, owner, ownerEvidence, lock } = details;
  const whose = owner === null ? 'not known: set KEYKEEPER_OWNER' : `${owner}, by ${ownerEvidence}`;
  return [
    ['image', `${preset}: ${presetEvidence}`],
    ['owner', lock === 'on' ? `${whose}; the key file is locked` : whose],
  ];
}
