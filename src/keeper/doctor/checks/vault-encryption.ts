import { dirname } from 'node:path';
import { isWithin, mountOf } from '../../../vault/directory/mount.ts';
import { check, FINE, skipped, type Trouble, troubles } from '../check.ts';

const ELSEWHERE =
  'keep the identity on another machine or in a secret store, and mount it as /run/secrets/age_identity';

/** Encryption at rest. */
export const VAULT_ENCRYPTION_CHECKS = [
  check({
    code: 'vault-encrypted',
    group: 'vault',
    title: 'The vault is encrypted to age recipients',
    levels: ['advice'],
    needs: ['settings', 'instance'],
    run: ({ settings: { settings }, instance }) => {
      if (instance.withoutVault !== null) return skipped(`there is no vault here: ${instance.withoutVault}`);
      if (settings.ageRecipients.length > 0) return FINE;
      return troubles({
        level: 'advice',
        target: 'KEYKEEPER_AGE_RECIPIENTS',
        message: 'the vault is not encrypted: whoever copies it has the keys',
        evidence: ['no age recipient is set'],
        fix: 'age-keygen --output identity.txt, then KEYKEEPER_AGE_RECIPIENTS=age1… (deploy/compose/secrets.yaml)',
      });
    },
  }),
  check({
    code: 'identity-apart',
    group: 'vault',
    title: 'The age identity does not lie beside the vault, nor where GLPI can read it',
    levels: ['error', 'warning'],
    needs: ['settings', 'places', 'surroundings'],
    run: ({ settings: { valueFiles }, places, surroundings: { mounts } }) => {
      const found: Trouble[] = places.identities.map((path) => {
        const inGlpi = isWithin(path, places.config.path);
        return {
          level: inGlpi ? 'error' : 'warning',
          target: path,
          message: inGlpi
            ? 'an age identity lies where GLPI can read it'
            : 'an age identity lies beside the vault: whoever copies the vault has the key to it',
          evidence: [`${path} holds an AGE-SECRET-KEY`],
          fix: ELSEWHERE,
        };
      });
      const file = valueFiles.ageIdentity ?? null;
      if (file === null || places.vault === null || places.identities.includes(file)) return troubles(...found);
      const shared = mountOf(mounts, dirname(file));
      if (shared === null || shared.point === '/' || shared.id !== places.vault.mount?.id) return troubles(...found);
      const message = 'the age identity lies on the volume of the vault: whoever copies that has the key to it';
      const evidence = [`${file} and ${places.vault.path} lie on the same mount, ${shared.point}`];
      return troubles(...found, { level: 'warning', target: file, message, evidence, fix: ELSEWHERE });
    },
  }),
];
