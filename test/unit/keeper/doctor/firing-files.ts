import { gid, mode, uid } from '../../../../src/core/brand.ts';
import type { Place, VaultPlace } from '../../../../src/keeper/doctor/facts/look-at-places.ts';
import { ACCESS, brokenVault, generation, KEY_B, regularFile, vaultOf } from '../../core/build-observation.ts';
import type { Firing } from './firing.ts';
import { CONFIG_DB, captured, instanceOf, mountAt, PLACES, SURROUNDINGS, settingsWith } from './healthy-facts.ts';

const config = (changes: Partial<Place>) => ({ places: { ...PLACES, config: { ...PLACES.config, ...changes } } });
const vault = (changes: Partial<VaultPlace>) => ({
  places: { ...PLACES, vault: { ...(PLACES.vault as VaultPlace), ...changes } },
});
const readOnly = (point: string) => ({ ...mountAt(point), readOnly: true });
const file = (access: Partial<typeof ACCESS>, text = CONFIG_DB) => regularFile(text, access);

/** Files, their owners, and where they and the vault lie. */
export const FIRING_FILES: readonly Firing[] = [
  {
    code: 'config-directory',
    on: 'a path at which nothing is mounted',
    level: 'error',
    facts: () => ({ instance: instanceOf({ configDirectory: 'absent', directoryAccess: null }) }),
    says: 'KEYKEEPER_CONFIG_DIR',
  },
  {
    code: 'config-directory',
    on: 'a directory that cannot be entered',
    level: 'error',
    facts: () => ({ instance: instanceOf({ configDirectory: 'unreadable' }) }),
    says: 'cannot be entered',
  },
  {
    code: 'config-on-volume',
    on: "the container's own layer",
    level: 'error',
    facts: () => config({ keeping: 'container', mount: mountAt('/') }),
    says: 'overlay',
  },
  {
    code: 'config-on-volume',
    on: 'a volume without a name',
    level: 'warning',
    facts: () => config({ keeping: 'anonymous-volume' }),
    says: 'without a name',
  },
  {
    code: 'config-on-volume',
    on: 'an emptyDir of a pod',
    level: 'error',
    facts: () => config({ keeping: 'pod' }),
    says: 'emptyDir',
  },
  {
    code: 'config-writable',
    on: 'a volume mounted read-only',
    level: 'error',
    facts: () => config({ mount: readOnly('/var/glpi') }),
    says: 'read-only',
  },
  {
    code: 'files-regular',
    on: 'a link in the place of a file',
    level: 'error',
    facts: () => ({ instance: instanceOf({ files: { 'glpi.key': { kind: 'special', type: 'symlink' } } }) }),
    says: 'symlink',
  },
  {
    code: 'database-file',
    on: 'a config_db.php that is cut short',
    level: 'error',
    facts: () => ({ instance: instanceOf({ databaseFileProblem: 'it is cut short' }) }),
    says: 'cut short',
  },
  {
    code: 'oauth-pair',
    on: 'half of the pair',
    level: 'warning',
    facts: () => ({ instance: instanceOf({ files: { 'oauth.pem': null } }) }),
    says: 'oauth.pem',
  },
  {
    code: 'hard-links',
    on: 'a snapshot that shares a file',
    level: 'advice',
    facts: () => ({ instance: instanceOf({ files: { 'oauth.pub': regularFile('pub', { links: 3 }) } }) }),
    says: '3 links',
  },
  {
    code: 'key-private',
    on: 'a key that everybody may read',
    level: 'advice',
    facts: () => ({ instance: withKeyAccess({ mode: mode(0o644) }) }),
    says: 'everybody may read',
  },
  {
    code: 'key-private',
    on: 'a key that everybody may write',
    level: 'warning',
    facts: () => ({ instance: withKeyAccess({ mode: mode(0o666) }) }),
    says: '0666',
  },
  {
    code: 'key-private',
    on: "a key that a group which is not GLPI's may read",
    level: 'advice',
    facts: () => ({ instance: withKeyAccess({ gid: gid(100) }) }),
    says: 'group 100',
  },
  {
    code: 'files-private',
    on: 'database settings that everybody may read',
    level: 'advice',
    facts: () => ({ instance: instanceOf({ files: { 'config_db.php': file({ mode: mode(0o644) }) } }) }),
    says: 'config_db.php',
  },
  {
    code: 'files-private',
    on: 'a private key of OAuth that everybody may write',
    level: 'warning',
    facts: () => ({ instance: instanceOf({ files: { 'oauth.pem': file({ mode: mode(0o666) }, 'pem') } }) }),
    says: 'oauth.pem',
  },
  {
    code: 'directory-private',
    on: 'a directory that everybody may write',
    level: 'warning',
    facts: () => ({ instance: instanceOf({ directoryAccess: { ...ACCESS, mode: mode(0o777) } }) }),
    says: '0777',
  },
  {
    code: 'files-owned',
    on: "root's file that GLPI cannot read",
    level: 'error',
    facts: () => ({
      instance: instanceOf({ files: { 'config_db.php': file({ uid: uid(0), gid: gid(0), mode: mode(0o600) }) } }),
    }),
    says: 'cannot read it',
  },
  {
    code: 'files-owned',
    on: "root's file that GLPI can read",
    level: 'warning',
    facts: () => ({ instance: instanceOf({ files: { 'config_db.php': file({ uid: uid(0), mode: mode(0o640) }) } }) }),
    says: 'as GLPI or the lock needs it',
  },
  {
    code: 'directory-owned',
    on: "root's directory",
    level: 'error',
    facts: () => ({
      instance: instanceOf({ directoryAccess: { ...ACCESS, uid: uid(0), gid: gid(0), mode: mode(0o755) } }),
    }),
    says: 'cannot write its config directory',
  },
  {
    code: 'access-repairable',
    on: 'a server that keeps no owners',
    level: 'error',
    facts: () => {
      const wanted = { uid: uid(33), gid: gid(33), mode: null };
      const obstacle = { obstacle: 'no-owners', why: 'CIFS keeps no owner', try: 'mount with uid=33' } as const;
      return { access: [{ target: 'glpicrypt.key', path: '/var/glpi/config/glpicrypt.key', wanted, obstacle }] };
    },
    says: 'CIFS keeps no owner',
  },
  {
    code: 'lock-holds',
    on: 'a lock without a group to read the key by',
    level: 'error',
    facts: () => {
      const access = { uid: null, gid: null, newFileMode: mode(0o640), lock: 'on' } as const;
      return { instance: instanceOf({ access }) };
    },
    says: 'which group',
  },
  {
    code: 'owner-setting',
    on: 'a setting that names another user than the owner of the directory',
    level: 'warning',
    facts: async () => ({ settings: await settingsWith({ KEYKEEPER_OWNER: '82:82' }) }),
    says: 'another user',
  },
  {
    code: 'vault-there',
    on: 'a look without a vault',
    level: 'advice',
    facts: () => ({ instance: instanceOf({ vault: { kind: 'none' } }, { withoutVault: 'no volume' }) }),
    says: 'nothing is kept',
  },
  {
    code: 'vault-usable',
    on: 'a vault that cannot be read',
    level: 'error',
    facts: () => ({ instance: instanceOf({ vault: brokenVault() }) }),
    says: 'cannot be read',
  },
  {
    code: 'vault-apart',
    on: "a vault on GLPI's volume",
    level: 'error',
    facts: () => ({ instance: instanceOf({ vault: brokenVault('vault-on-glpi-volume') }) }),
    says: 'vault-on-glpi-volume',
  },
  {
    code: 'vault-persistent',
    on: "generations in the container's own layer",
    level: 'error',
    facts: () => vault({ keeping: 'container', mount: mountAt('/') }),
    says: 'own layer',
  },
  {
    code: 'vault-persistent',
    on: 'a volume without a name',
    level: 'warning',
    facts: () => vault({ keeping: 'anonymous-volume' }),
    says: 'down --volumes',
  },
  {
    code: 'vault-private',
    on: 'a folder that everybody may look into',
    level: 'warning',
    facts: () => vault({ folderMode: 0o755 }),
    says: '0755',
  },
  {
    code: 'vault-space',
    on: 'a disk that is nearly full',
    level: 'error',
    facts: () => vault({ freeBytes: 4096 }),
    says: '4 KiB',
  },
  {
    code: 'vault-writable',
    on: 'a vault mounted read-only',
    level: 'error',
    facts: () => vault({ mount: readOnly('/vault') }),
    says: 'read-only',
  },
  {
    code: 'vault-whole',
    on: 'a damaged generation',
    level: 'warning',
    facts: () => {
      const damaged = [{ file: '000001.json', reason: 'it is cut short' }];
      return { instance: instanceOf({ vault: { kind: 'ready', generations: [captured({})], damaged } }) };
    },
    says: '000001.json',
  },
  {
    code: 'vault-whole',
    on: 'generations that no identity opens',
    level: 'error',
    facts: () => ({ instance: instanceOf({ vault: vaultOf(generation(1, { sealed: true })) }) }),
    says: 'encrypted',
  },
  {
    code: 'key-kept',
    on: 'a live key that is in no generation',
    level: 'error',
    facts: () => ({ instance: instanceOf({ vault: vaultOf(generation(1, { key: KEY_B })) }) }),
    says: 'is not in the vault',
  },
  {
    code: 'identity-apart',
    on: 'an age identity beside the vault',
    level: 'warning',
    facts: () => ({ places: { ...PLACES, identities: ['/vault/identity.txt'] } }),
    says: '/vault/identity.txt',
  },
  {
    code: 'identity-apart',
    on: 'an age identity where GLPI can read it',
    level: 'error',
    facts: () => ({ places: { ...PLACES, identities: ['/var/glpi/config/identity.txt'] } }),
    says: 'GLPI can read it',
  },
  {
    code: 'identity-apart',
    on: 'an identity file on the volume of the vault',
    level: 'warning',
    facts: async () => {
      const settings = await settingsWith();
      return {
        settings: { ...settings, valueFiles: { ageIdentity: '/vault/secret/identity' } },
        surroundings: SURROUNDINGS,
      };
    },
    says: 'on the volume of the vault',
  },
];

function withKeyAccess(access: Partial<typeof ACCESS>) {
  const healthy = instanceOf();
  const { observation } = healthy.result.after.pass;
  const key = observation.files['glpicrypt.key'];
  if (key.kind !== 'regular') throw new Error('the healthy instance has a key');
  const files = { ...observation.files, 'glpicrypt.key': { ...key, access: { ...key.access, ...access } } };
  const pass = { ...healthy.result.after.pass, observation: { ...observation, files } };
  return { ...healthy, result: { ...healthy.result, after: { ...healthy.result.after, pass } } };
}
