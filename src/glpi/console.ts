import { majorOf } from './network/glpi-version.ts';

/** Whether GLPI takes its registration key for valid, as far as its console tells. */
export type KeySeen = 'valid' | 'invalid' | 'unknown';

/** How a command of GLPI ended. */
export interface ConsoleResult {
  readonly exitCode: number;
  /** Standard output. */
  readonly output: string;
}

/** Said by `marketplace:search` of 10.0 and 11.0 (Glpi\Console\Marketplace\SearchCommand), which exits 0 either way. */
const REFUSED = 'The GLPI Network registration key is missing or invalid';

/**
 * Empties GLPI's caches: `cache:clear`, which 9.5 knows as `glpi:system:clear_cache`. Like all commands here it is run as
 * the web user in GLPI's root; 11 refuses to run as root.
 */
export function clearCacheCommand(version: string): string[] {
  const name = majorOf(version) < 10 ? 'glpi:system:clear_cache' : 'cache:clear';
  return ['php', 'bin/console', name, '--no-interaction'];
}

/** Runs GLPI's daily task at once, which asks about the registration key where no answer is cached. */
export function checkUpdatesCommand(): string[] {
  return ['php', 'front/cron.php', '--force', 'checkAllUpdates'];
}

/**
 * The command that tells whether GLPI takes its key for valid; null in 9.5, which has none. In English, so that it can be
 * read: GLPI may have to ask once more for this language.
 */
export function searchMarketplaceCommand(version: string): string[] | null {
  if (majorOf(version) < 10) return null;
  return ['php', 'bin/console', 'marketplace:search', 'zzz', '--lang=en_GB', '--no-interaction'];
}

/**
 * Reads what `marketplace:search` printed: its table comes last, so that a table without the complaint is a good sign.
 * Anything else (commands forbidden by the configuration, an error on the way) tells nothing.
 */
export function readMarketplaceSearch({ exitCode, output }: ConsoleResult): KeySeen {
  if (exitCode !== 0) return 'unknown';
  if (output.includes(REFUSED)) return 'invalid';
  return /^\+-/m.test(output) ? 'valid' : 'unknown';
}

/** The PHP modules that GLPI cannot ask GLPI Network without. */
export function listModulesCommand(): string[] {
  return ['php', '-m'];
}

/** Which of them are not in the list that `php -m` printed. */
export function missingModules({ exitCode, output }: ConsoleResult): string[] {
  return exitCode === 0 ? lacksOf(output, ['curl', 'openssl']) : [];
}

/** Which of the modules are not in the list that `php -m` printed. */
export function lacksOf(output: string, names: readonly string[]): string[] {
  const modules = new Set(output.split(/\r?\n/).map((line) => line.trim().toLowerCase()));
  return names.filter((name) => !modules.has(name));
}

/** How to reach GLPI's container by hand. */
export interface ConsolePlace {
  /** Name of the container; null where it is not known. */
  readonly container: string | null;
  /** The pod that it is in; absent where it is in none. */
  readonly pod?: { readonly namespace: string; readonly name: string } | undefined;
  /** GLPI's root in the container. */
  readonly root: string;
  /** `uid:gid`, or the name of the web user. */
  readonly user: string;
}

/** One line that an operator pastes into a shell. None of these commands holds anything that a shell would change. */
export function operatorLine(command: readonly string[], { container, pod, root, user }: ConsolePlace): string {
  if (pod !== undefined) {
    const place = `--namespace ${pod.namespace} ${pod.name} --container ${container ?? 'glpi'}`;
    return `kubectl exec ${place} -- sh -c 'cd ${root} && ${command.join(' ')}'`;
  }
  const exec = container === null ? 'docker compose exec' : 'docker exec';
  return `${exec} -u ${user} -w ${root} ${container ?? 'glpi'} ${command.join(' ')}`;
}
