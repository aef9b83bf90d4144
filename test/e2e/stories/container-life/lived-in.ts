import type { Story } from '../story.ts';

/** What an administrator typed into GLPI, by the name of its input on the settings page. */
export const SECRETS: Readonly<Record<string, string>> = {
  smtp_passwd: 'the mail server knows it',
  proxy_passwd: 'p<r>o"x&y\'',
  glpinetwork_registration_key: Buffer.from(JSON.stringify({ owner: 'a', signature: 'b' })).toString('base64'),
  'glpi_mailcollectors:passwd:1': 'the mailbox knows it',
};

/** The same, none of them opening. */
export const DEAD: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(SECRETS).map((name) => [name, '']),
);

/** Installs GLPI by its own first start and saves {@link SECRETS} in it; Keykeeper is not there yet. GLPI keeps running. */
export async function liveIn(story: Story): Promise<void> {
  await story.startGlpi();
  await story.stage.root.query(`INSERT INTO \`${story.schema}\`.glpi_mailcollectors SET id = 1`);
  for (const [name, value] of Object.entries(SECRETS)) await story.saveSecret(name, value);
}

/** Names, owners, modes and digests of everything in the config directory. */
export function configDirectory(story: Story): Promise<string> {
  const each = 'stat -c "%n %u:%g %a" "$file" && sha256sum <"$file"';
  return story.onVolumes(
    `[ ! -d /var/glpi/config ] || for file in $(find /var/glpi/config -type f | sort); do ${each}; done`,
  );
}

/** Names and digests of what the vault keeps: everything but the records of what happened. */
export function vaultContent(story: Story): Promise<string> {
  return story.onVolumes('find /vault -type f -name "*.json" -not -path "*/records/*" -exec sha256sum {} + | sort');
}

/** One digest over every sealed row of a schema. */
export async function rowsOf({ stage, schema }: Story): Promise<string> {
  const tables = ['glpi_configs', 'glpi_mailcollectors', 'glpi_users'].map((table) => `\`${schema}\`.${table}`);
  const [rows] = await stage.root.query(`CHECKSUM TABLE ${tables.join(', ')}`);
  return JSON.stringify(rows);
}
