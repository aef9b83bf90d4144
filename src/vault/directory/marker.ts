import { readdirSync } from 'node:fs';
import { Failure, systemCode } from '../../core/failure.ts';
import { MARKER, type MarkerState, readMarker } from '../marker.ts';
import { readRegular } from './read-regular.ts';
import { isTemporary } from './write-whole.ts';

const MARKER_LIMIT = 64 * 1024;
/** What an instance folder may hold besides its marker. */
const OWN_NAMES = ['generations', 'escrow', 'records', 'lease.json'];

/**
 * Looks whether a folder is the vault of `instance`, or can become it.
 *
 * @throws Failure `vault-foreign` when it is another's; `vault-newer-format` when a later release has written it.
 */
export function checkMarker(folder: string, instance: string): MarkerState {
  const path = `${folder}/${MARKER}`;
  const reading = readRegular(path, MARKER_LIMIT);
  if (reading.kind === 'unusable') {
    throw new Failure('vault-foreign', `"${path}" ${reading.reason}`, { target: path });
  }
  if (reading.kind === 'absent') {
    refuseStrangers(folder);
    return 'absent';
  }
  if (readMarker(reading.bytes, { instance, target: folder, file: path }) === 'present') return 'present';
  refuseStrangers(folder);
  return 'damaged';
}

/** A folder without a marker is taken over only if there is nothing in it that Keykeeper would not have put there. */
function refuseStrangers(folder: string): void {
  for (const name of listNames(folder)) {
    if (name === MARKER || OWN_NAMES.includes(name) || isTemporary(name)) continue;
    throw new Failure('vault-foreign', `"${folder}" holds "${name}", which is not Keykeeper's`, {
      target: folder,
      expected: 'an empty folder, or one that Keykeeper made',
      try: 'point KEYKEEPER_VAULT at a volume of its own',
    });
  }
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
