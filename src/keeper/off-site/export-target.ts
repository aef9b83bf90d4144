import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../../config/settings.ts';
import { Failure, systemCode } from '../../core/failure.ts';

/** How many exports of an instance stay in a directory that a schedule fills. */
export const KEPT_EXPORTS = 14;

export interface ExportTarget {
  /** Of the file to be written. */
  readonly path: string;
  /** The directory that the file gets a name of its own in; null where the file itself was named. */
  readonly directory: string | null;
}

type Places = Pick<Settings, 'instance' | 'configDir' | 'vault'>;

/**
 * The file that an export to `place` is. A directory gets `keykeeper-<instance>-<time>.tar.age` (`.tar` in clear).
 *
 * @param place as given; a relative one is one of the working directory
 * @throws Failure `refused` where the file would lie beside what it is to outlive, or where GLPI can reach it
 */
export function exportTarget(place: string, settings: Places, now: Date, encrypted: boolean): ExportTarget {
  const whole = resolve(place);
  const directory = isDirectory(whole) ? whole : null;
  refuseNear(directory ?? dirname(whole), settings);
  if (directory === null) return { path: whole, directory };
  const time = now.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  const name = `keykeeper-${settings.instance}-${time}.tar${encrypted ? '.age' : ''}`;
  return { path: join(directory, name), directory };
}

/** Older exports of an instance in a directory, beyond the newest {@link KEPT_EXPORTS}. Their names begin with the time. */
export function surplusExports(directory: string, instance: string): string[] {
  const prefix = `keykeeper-${instance}-`;
  const own = readdirSync(directory).filter(
    (name) => name.startsWith(prefix) && /^\d{8}T\d{6}Z\.tar(\.age)?$/.test(name.slice(prefix.length)),
  );
  return own
    .sort()
    .slice(0, -KEPT_EXPORTS)
    .map((name) => join(directory, name));
}

function refuseNear(directory: string, { configDir, vault }: Places): void {
  const real = realPath(directory);
  const inside = (folder: string) => `${real}${sep}`.startsWith(`${realPath(folder)}${sep}`);
  if (vault.protocol === 'file:' && inside(fileURLToPath(vault))) {
    throw refusal(directory, 'the export would lie in the vault itself, and be lost with it');
  }
  if (inside(configDir)) throw refusal(directory, "the export would lie in GLPI's config directory");
}

function refusal(directory: string, message: string): Failure {
  return new Failure('refused', message, {
    target: directory,
    expected: 'a directory on another disk or machine',
    try: `mount one, and name it: keykeeper export /offsite/${basename(directory)}`,
  });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A directory that is not there is told when it is written to. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return path;
  }
}
