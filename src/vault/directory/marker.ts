import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Failure, systemCode } from '../../core/failure.ts';
import { FORMAT, READABLE_FROM } from '../generation-format.ts';
import { newerFormat } from '../newer-format.ts';
import { readRegular } from './read-regular.ts';
import { isTemporary } from './write-whole.ts';

/** The file that says whose folder it is. */
export const MARKER = 'keykeeper.json';

const MARKER_LIMIT = 64 * 1024;
/** What an instance folder may hold besides its marker. */
const OWN_NAMES = ['generations', 'escrow', 'records', 'lease.json'];

const markerShape = z.looseObject({
  keykeeper: z.literal('vault'),
  format: z.int().check(z.minimum(1)),
  readableFrom: z.optional(z.string()),
  instance: z.string(),
});

/** `damaged`: there, but not readable as one; the folder is ours all the same and a new one can be written. */
export type MarkerState = 'present' | 'absent' | 'damaged';

/** The marker's content: text, for people too. */
export function markerContent(instance: string): Buffer {
  const marker = { keykeeper: 'vault', format: FORMAT, readableFrom: READABLE_FROM, instance };
  return Buffer.from(`${JSON.stringify(marker, null, 2)}\n`);
}

/**
 * Looks whether a folder is the vault of `instance`, or can become it.
 *
 * @throws Failure `vault-foreign` when it is another's; `vault-newer-format` when a later release has written it.
 */
export function checkMarker(folder: string, instance: string): MarkerState {
  const path = join(folder, MARKER);
  const reading = readRegular(path, MARKER_LIMIT);
  if (reading.kind === 'unusable') {
    throw new Failure('vault-foreign', `"${path}" ${reading.reason}`, { target: path });
  }
  if (reading.kind === 'absent') {
    refuseStrangers(folder);
    return 'absent';
  }
  const json = parseJson(reading.bytes.toString('utf8'));
  if (json === null) {
    refuseStrangers(folder);
    return 'damaged';
  }
  const parsed = markerShape.safeParse(json);
  if (!parsed.success) {
    throw new Failure('vault-foreign', `"${path}" is not Keykeeper's`, {
      target: path,
      expected: 'an empty folder, or one that Keykeeper made',
    });
  }
  if (parsed.data.format > FORMAT) throw newerFormat(folder, parsed.data.format, parsed.data.readableFrom ?? null);
  if (parsed.data.instance !== instance) {
    throw new Failure('vault-foreign', `"${folder}" is the vault of the instance "${parsed.data.instance}"`, {
      target: folder,
      expected: `the instance "${instance}"`,
      try: `set KEYKEEPER_INSTANCE=${parsed.data.instance}, or give this instance a folder of its own`,
    });
  }
  return 'present';
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
