import { readSettings } from './identify.ts';
import type { Session } from './session.ts';

/** What GLPI's own settings say of the way to GLPI Network; null where they say nothing. As stored: the password is sealed. */
export interface NetworkSettings {
  readonly language: string | null;
  readonly proxyName: string | null;
  readonly proxyPort: string | null;
  readonly proxyUser: string | null;
  readonly sealedProxyPassword: string | null;
  /** A JSON array of class names, in GLPI 11. */
  readonly proxyExclusions: string | null;
}

export async function readNetworkSettings(session: Session): Promise<NetworkSettings> {
  const names = ['language', 'proxy_name', 'proxy_port', 'proxy_user', 'proxy_passwd', 'proxy_exclusions'];
  const settings = await readSettings(session, names);
  const setting = (name: string) => settings.get(name) ?? null;
  return {
    language: setting('language'),
    proxyName: setting('proxy_name'),
    proxyPort: setting('proxy_port'),
    proxyUser: setting('proxy_user'),
    sealedProxyPassword: setting('proxy_passwd'),
    proxyExclusions: setting('proxy_exclusions'),
  };
}
