import { modeText } from '../../../files/access-text.ts';
import { check, FINE, skipped, told, troubles } from '../check.ts';
import { observationOf, withVault } from '../seen.ts';

/** Less than this and the next captures do not fit, in bytes. */
const LITTLE = 16 * 1024 * 1024;
const OWN_VOLUME =
  'docker volume create keykeeper-vault, and volumes: ["vault:/vault"] with vault: {name: keykeeper-vault, external: true}';

/** Where the vault is. */
export const VAULT_PLACE_CHECKS = [
  check({
    code: 'vault-there',
    group: 'vault',
    title: 'There is a vault',
    levels: ['advice'],
    needs: ['instance'],
    run: ({ instance }) => {
      if (instance.withoutVault === null) return FINE;
      return troubles({
        level: 'advice',
        target: 'KEYKEEPER_VAULT',
        message: 'there is no vault here, so nothing is kept: this is a look from outside, or a volume is not mounted',
        evidence: [instance.withoutVault],
        fix: OWN_VOLUME,
      });
    },
  }),
  check({
    code: 'vault-usable',
    group: 'vault',
    title: 'The vault can be opened and read',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance }) => {
      const { vault } = observationOf(instance);
      if (vault.kind === 'none') return skipped(`there is no vault here: ${instance.withoutVault}`);
      if (vault.kind === 'ready' || vault.code === 'vault-on-glpi-volume') return FINE;
      return told(instance.result.findings, (code) => code === vault.code);
    },
  }),
  check({
    code: 'vault-apart',
    group: 'vault',
    title: "The vault is not on GLPI's volume",
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance: { result } }) => told(result.findings, (code) => code === 'vault-on-glpi-volume'),
  }),
  check({
    code: 'vault-persistent',
    group: 'vault',
    title: 'The vault outlives its container',
    levels: ['error', 'warning'],
    needs: ['instance', 'places'],
    run: ({ instance, places: { vault } }) => {
      if (instance.withoutVault !== null) return skipped(`there is no vault here: ${instance.withoutVault}`);
      if (vault === null || vault.keeping === 'lasting') return FINE;
      const anonymous = vault.keeping === 'anonymous-volume';
      return troubles({
        level: anonymous ? 'warning' : 'error',
        target: vault.path,
        message: anonymous
          ? 'the vault is on a volume without a name: docker compose down --volumes takes the keys along'
          : 'the vault goes with its container, and all keys in it',
        evidence: [
          `${vault.path} lies ${vault.keeping === 'container' ? "in the container's own layer" : `on ${vault.mount?.type} (${vault.mount?.root})`}`,
        ],
        fix: OWN_VOLUME,
      });
    },
  }),
  check({
    code: 'vault-private',
    group: 'vault',
    title: "Nobody but Keykeeper's user can look into the vault",
    levels: ['warning'],
    needs: ['places', 'settings'],
    run: ({ places: { vault }, settings: { settings } }) => {
      if (vault === null || vault.folderMode === null) return skipped('there is no directory of a vault yet');
      if ((vault.folderMode & 0o077) === 0) return FINE;
      const folder = `${vault.path}/${settings.instance}`;
      return troubles({
        level: 'warning',
        target: folder,
        message: 'others may look into the vault, which holds the keys',
        evidence: [`mode ${modeText(vault.folderMode)}`],
        fix: `docker run --rm -v keykeeper-vault:/vault debian:bookworm-slim chmod 0700 ${folder}`,
      });
    },
  }),
  check({
    code: 'vault-space',
    group: 'vault',
    title: 'There is room for further captures',
    levels: ['error'],
    needs: ['places', 'instance'],
    run: ({ places: { vault }, instance }) => {
      if (instance.withoutVault !== null || vault === null) return skipped('there is no directory of a vault here');
      if (vault.freeBytes === null || vault.freeBytes >= LITTLE) return FINE;
      return troubles({
        level: 'error',
        target: vault.path,
        message: 'the disk of the vault is full or nearly so: what changes next cannot be kept',
        evidence: [`${Math.floor(vault.freeBytes / 1024)} KiB free`],
        fix: `df -h on the host of ${vault.path}, and make room`,
      });
    },
  }),
  check({
    code: 'vault-writable',
    group: 'vault',
    title: 'The vault is not mounted read-only',
    levels: ['error'],
    needs: ['places', 'instance'],
    run: ({ places: { vault }, instance }) => {
      if (instance.withoutVault !== null || vault === null) return skipped('there is no directory of a vault here');
      if (vault.mount?.readOnly !== true) return FINE;
      return troubles({
        level: 'error',
        target: vault.path,
        message: 'the vault is mounted read-only: nothing new can be kept',
        evidence: [`mounted at ${vault.mount.point}: read-only`],
        fix: 'mount it without ":ro"',
      });
    },
  }),
  check({
    code: 'vault-whole',
    group: 'vault',
    title: 'Every generation in the vault is whole, and opens',
    levels: ['error', 'warning'],
    needs: ['instance'],
    run: ({ instance }) =>
      withVault(instance, () =>
        told(instance.result.findings, (code) => code === 'generation-damaged' || code === 'vault-identity-missing'),
      ),
  }),
];
