import { randomBytes } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { console, cron } from '../../stand-in/glpi/image.ts';
import { HOST } from '../../stand-in/network/network-double.ts';
import { sha256 } from '../../stand-in/network/record.ts';
import type { KeyAnswer } from '../../stand-in/network/scene.ts';
import { openNetwork, type StagedNetwork } from '../stand-in/glpi-network.ts';
import type { Environment, Story, StoryStage } from './story.ts';

const CA_FILE = '/glpi-network-ca.pem';

/** The double beside several stories: each has its own key, and what is said of one says nothing of the others. */
export class SharedNetwork implements AsyncDisposable {
  readonly network: StagedNetwork;
  readonly #answers: Record<string, KeyAnswer> = {};

  private constructor(network: StagedNetwork) {
    this.network = network;
  }

  static async open(stage: StoryStage): Promise<SharedNetwork> {
    return new SharedNetwork(await openNetwork(stage.stage));
  }

  /** What GLPI Network says of a key from now on. */
  async say(key: string, answer: KeyAnswer): Promise<void> {
    this.#answers[sha256(key)] = answer;
    await this.network.double.set({ keys: this.#answers });
  }

  /** How often it was asked about a key, by whomever. */
  async asked(key: string): Promise<number> {
    return (await this.network.questions()).filter((each) => each.keySha256 === sha256(key)).length;
  }

  /** What a Keykeeper needs so that it asks the double, as `environment` and as options of its container. */
  get keykeeper(): { readonly environment: Environment; readonly options: readonly string[] } {
    const environment = {
      KEYKEEPER_REGISTRATION_VALIDATE: 'on',
      KEYKEEPER_REGISTRATION_URL: `https://${HOST}`,
      KEYKEEPER_CA_FILE: CA_FILE,
    };
    return { environment, options: ['--volume', `${this.network.caFile}:${CA_FILE}:ro`] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.network[Symbol.asyncDispose]();
  }
}

/** Some registration key: base64 of JSON with a signature. */
export function someKey(): string {
  const signature = randomBytes(48).toString('base64');
  return Buffer.from(JSON.stringify({ owner: 'ACME', signature })).toString('base64');
}

/** Whether GLPI takes its key for valid, from its cache or by asking: by `marketplace:search`, in 9.5 by its daily task. */
export async function glpiSees({ glpi, version }: Story): Promise<'valid' | 'invalid'> {
  if (version === '9.5.6') {
    const { stdout } = await cron(glpi, ['--force', 'checkAllUpdates']);
    return stdout.includes('opens and is valid') ? 'valid' : 'invalid';
  }
  const { stdout } = await console(glpi, ['marketplace:search', 'zzz']);
  return stdout.includes('The GLPI Network registration key is missing or invalid') ? 'invalid' : 'valid';
}

export async function uidOf({ stage, schema }: Story): Promise<string | null> {
  const query = "SELECT value FROM ??.glpi_configs WHERE context = 'core' AND name = 'glpi_network_uuid'";
  const [rows] = await stage.root.query<RowDataPacket[]>(query, [schema]);
  return rows[0]?.value ?? null;
}

/**
 * An empty database takes the place of the one that was there. GLPI installs itself in it at its next start, as it does where
 * `config_db.php` was taken away; it has asked nobody yet.
 */
export async function replaceDatabase(story: Story, options: readonly string[]): Promise<void> {
  const { stage, schema } = story;
  await story.removeGlpi();
  await stage.root.query(`DROP DATABASE \`${schema}\``);
  await stage.root.query(`CREATE DATABASE \`${schema}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  await story.onVolumes('rm /var/glpi/config/config_db.php');
  await story.startGlpi(options);
}
