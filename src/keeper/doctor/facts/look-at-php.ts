import type { Settings } from '../../../config/settings.ts';
import { lacksOf, listModulesCommand } from '../../../glpi/console.ts';
import type { Platform } from '../../../platform/platform.ts';

export type PhpFact =
  | { readonly kind: 'listed'; readonly missing: readonly string[] }
  | { readonly kind: 'unseen'; readonly why: string };

/** In ms. */
const TIMEOUT = 6_000;
const OUTPUT_LIMIT = 16 * 1024;

/**
 * Which modules GLPI's PHP lacks, by `php -m` in GLPI's container, as the user that GLPI runs as. Where no command can be
 * run there, it says why.
 *
 * @throws the reason of `signal`
 */
export async function lookAtPhp(settings: Settings, platform: Platform, signal: AbortSignal): Promise<PhpFact> {
  const { owner, preset } = settings;
  const { uid, gid } = owner.kind === 'fixed' ? owner : preset;
  if (platform.exec === undefined)
    return { kind: 'unseen', why: "no command can be run in GLPI's container from here" };
  if (uid === null || gid === null) return { kind: 'unseen', why: 'who GLPI runs as is not known (KEYKEEPER_OWNER)' };
  const options = { user: `${uid}:${gid}`, workingDirectory: '/', timeout: TIMEOUT, outputLimit: OUTPUT_LIMIT, signal };
  const outcome = await platform.exec(listModulesCommand(), options);
  if (outcome.kind !== 'ended') return { kind: 'unseen', why: outcome.message };
  if (outcome.exitCode !== 0) return { kind: 'unseen', why: `php -m ended with ${outcome.exitCode} there` };
  return { kind: 'listed', missing: lacksOf(outcome.output, ['sodium', 'curl', 'openssl', 'mysqli']) };
}
