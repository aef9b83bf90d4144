import { randomBytes } from 'node:crypto';
import type { Secrets } from './scene.ts';

/** Secrets as an administrator would type them in, new at each run. */
export function inventSecrets(): Secrets {
  const invent = () => randomBytes(9).toString('base64url');
  return new Map([
    ['glpinetwork_registration_key', inventRegistrationKey()],
    ['smtp_passwd', invent()],
    ['proxy_passwd', invent()],
    ['glpi_mailcollectors:passwd:1', invent()],
    ['glpi_authldaps:rootdn_passwd:1', invent()],
    ['glpi_snmpcredentials:auth_passphrase:1', invent()],
  ]);
}

/** A registration key is a base64 JSON object with a signature; this one is signed by nobody. */
function inventRegistrationKey(): string {
  const signature = randomBytes(32).toString('base64');
  return Buffer.from(JSON.stringify({ owner: 'Keykeeper demo', signature })).toString('base64');
}

/** `glpi_authldaps:rootdn_passwd:1` in its parts; null for a name in `glpi_configs`. */
export function rowOf(name: string): { table: string; column: string; id: number } | null {
  const [table, column, id] = name.split(':');
  if (table === undefined || column === undefined || id === undefined) return null;
  return { table, column, id: Number(id) };
}
