import { hostname } from 'node:os';
import { KEY_FILE } from '../core/guarded-set.ts';
import type { Observation } from '../core/observation.ts';
import { type Presence, withPresence } from '../core/presence.ts';
import { list, object, text, time } from '../core/shape.ts';
import type { Vault } from '../vault/vault.ts';
import { readRecords } from './read-records.ts';
import type { ReconcileRequest } from './reconciliation.ts';

/** The shape of the record `presence`; made where there is one to read. */
export function presenceSchema() {
  const name = text({ most: 255 });
  return list(object({ host: name, file: name, at: time() }));
}

/** How this process sees the config directory; null where there is no key file to know it by. */
export function presenceOf({ files, at }: Observation): Presence | null {
  const key = files[KEY_FILE];
  if (key.kind !== 'regular') return null;
  // Over a network, each host numbers the device in its own way.
  const file = key.version.replace(/^\d+:/, '');
  return { host: hostname(), file, at };
}

/**
 * Notes now and then which key file this watch guards. Two watches that write at the same moment lose one of the notes;
 * its next run writes it again.
 *
 * @throws Failure `vault-…`
 */
export async function notePresence(vault: Vault, request: ReconcileRequest, observation: Observation): Promise<void> {
  if (request.stage !== 'guard' || request.asked.scope !== undefined) return;
  const me = presenceOf(observation);
  if (me === null || withPresence(observation.records.presence, me) === null) return;
  const noted = withPresence((await readRecords(vault)).records.presence, me);
  if (noted === null) return;
  await vault.keepRecord(
    'presence',
    noted.map((each) => ({ ...each })),
    { confidential: false },
  );
}
