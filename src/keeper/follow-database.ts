import type { Settings } from '../config/settings.ts';
import { NOT_FOLLOWED } from '../core/elsewhere.ts';
import type { Generation } from '../core/generation.ts';
import { recordedDatabase } from '../core/history.ts';
import type { DatabaseState } from '../core/observation.ts';
import type { DatabaseTarget } from '../glpi/database/target.ts';
import { describeAddress } from './describe-address.ts';

/**
 * Why a database is not asked, as the state to observe; null where it may be. A `config_db.php` is what a web application
 * may write: one that names another host than this vault's may be there to catch the password that it still holds, or to
 * have keys proven on rows that somebody made. Such a host is not even connected to, until the settings name it or a
 * person adopts it; the judgement then says that it is another database.
 *
 * @param generations newest first
 * @param adopt a person said that the database found is the right one
 */
export function refuseToFollow(
  { source, hosts, schema }: DatabaseTarget,
  { environmentDatabase }: Pick<Settings, 'environmentDatabase'>,
  generations: readonly Generation[],
  adopt: boolean,
): (DatabaseState & { readonly kind: 'unreachable' }) | null {
  if (adopt || source === 'setting' || source === 'environment') return null;
  const recorded = recordedDatabase(generations)?.address ?? null;
  const address = describeAddress(hosts);
  if (recorded === null || recorded === address) return null;
  if (environmentDatabase !== null && describeAddress(environmentDatabase.hosts) === address) return null;
  const message = `${source} names ${address}, and this vault's database is ${recorded}: it was not asked`;
  return { kind: 'unreachable', source, address, schema, reason: NOT_FOLLOWED, message };
}
