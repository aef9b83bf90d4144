import type { Finding } from './finding.ts';
import { KEY_FILE } from './guarded-set.ts';
import type { Observation } from './observation.ts';
import { isLocked } from './plan-access.ts';

/** Findings about the lock on the key file: one that cannot be had, and one that nobody here asked for. */
export function lockFindings({ access, files }: Observation, directory: string): Finding[] {
  const target = `${directory}/${KEY_FILE}`;
  if (access.lock === 'on' && access.gid === null) {
    return [
      {
        code: 'lock-without-group',
        severity: 'error',
        target,
        message: 'the key file is not locked: nobody says which group GLPI reads it by',
        try: 'set KEYKEEPER_OWNER to the uid:gid that GLPI runs as',
      },
    ];
  }
  const state = files[KEY_FILE];
  if (access.lock !== undefined || state.kind !== 'regular' || !isLocked(state.access, access)) return [];
  return [
    {
      code: 'key-locked',
      severity: 'info',
      target,
      message: "the key file is root's and read-only for GLPI, and is left so: security:change_key cannot replace it",
      try: 'set KEYKEEPER_LOCK=on to have it kept so, or off to have it lifted',
    },
  ];
}
