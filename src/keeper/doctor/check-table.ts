import type { Check } from './check.ts';
import { DATABASE_CHECKS } from './checks/database.ts';
import { FILE_CHECKS } from './checks/files.ts';
import { GATE_CHECKS } from './checks/gate.ts';
import { CONTAINER_CHECKS } from './checks/glpi-container.ts';
import { KEY_CHECKS } from './checks/key.ts';
import { NETWORK_CHECKS } from './checks/network.ts';
import { RIGHTS_CHECKS } from './checks/own-rights.ts';
import { OWNERSHIP_CHECKS } from './checks/ownership.ts';
import { REGISTRATION_CHECKS } from './checks/registration.ts';
import { SETTING_CHECKS } from './checks/settings.ts';
import { VALUE_CHECKS } from './checks/values.ts';
import { VAULT_CONTENT_CHECKS } from './checks/vault-content.ts';
import { VAULT_ENCRYPTION_CHECKS } from './checks/vault-encryption.ts';
import { VAULT_PLACE_CHECKS } from './checks/vault-place.ts';

/** Every check, by group in the order of the output. */
export const CHECKS: readonly Check[] = [
  ...FILE_CHECKS,
  ...OWNERSHIP_CHECKS,
  ...VAULT_PLACE_CHECKS,
  ...VAULT_CONTENT_CHECKS,
  ...VAULT_ENCRYPTION_CHECKS,
  ...DATABASE_CHECKS,
  ...VALUE_CHECKS,
  ...KEY_CHECKS,
  ...REGISTRATION_CHECKS,
  ...NETWORK_CHECKS,
  ...CONTAINER_CHECKS,
  ...GATE_CHECKS,
  ...RIGHTS_CHECKS,
  ...SETTING_CHECKS,
];
