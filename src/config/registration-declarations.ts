import { declare } from './declaration.ts';
import { readRegistrationUrl } from './registration-url.ts';
import { oneOf } from './setting-reader.ts';
import { readAbsolutePath, readPassword } from './texts.ts';

/** The settings of the registration key, and of the way to GLPI Network. */
export const REGISTRATION_DECLARATIONS = {
  registrationKey: declare({
    read: readPassword,
    fallback: null,
    summary: 'GLPI Network registration key that this GLPI is to have',
    details:
      'A wish: written into the database once per new value, and not again over what an administrator entered since. Without it the key is kept and put back all the same.',
    example: '/run/secrets/glpi_registration_key',
    holds: 'secret',
  }),
  registrationValidate: declare({
    read: oneOf(['on', 'off']),
    fallback: 'on',
    summary: 'whether watch asks GLPI Network about the registration key',
    details:
      'Once a day, and after something changed, with exactly the question that GLPI asks. `off`: no request ever leaves, not even for a name.',
    example: 'off',
    holds: 'plain',
  }),
  registrationUrl: declare({
    read: readRegistrationUrl,
    fallback: null,
    fallbackText: "GLPI's own: its `GLPI_NETWORK_SERVICES`, else `https://services.glpi-network.com`",
    summary: 'where GLPI Network is',
    details: 'The key goes over verified HTTPS alone, unless an http:// address is named here on purpose.',
    example: 'https://services.glpi-network.com',
    holds: 'plain',
  }),
  caFile: declare({
    read: readAbsolutePath,
    fallback: null,
    fallbackText: 'none',
    summary: 'PEM file with further certificate authorities for the way to GLPI Network',
    details: 'For a proxy that opens TLS connections. Those that Node trusts stay trusted.',
    example: '/etc/ssl/certs/company.pem',
    holds: 'plain',
  }),
  varDir: declare({
    read: readAbsolutePath,
    fallback: null,
    fallbackText: "the preset's; `/var/glpi/files` for the official image",
    summary: "GLPI's var directory (`GLPI_VAR_DIR`) as this container sees it",
    details:
      'Where it is mounted here, what GLPI remembers of its registration key is removed from the cache there once it is outdated; nothing else in it is touched. It may be absent.',
    example: '/var/glpi/files',
    holds: 'plain',
  }),
} as const;
