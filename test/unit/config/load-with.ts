import { type LoadedSettings, loadSettings } from '../../../src/config/load-settings.ts';
import type { ImageTraces } from '../../../src/config/recognise-image.ts';
import type { SettingsInput } from '../../../src/config/source.ts';
import { Failure } from '../../../src/core/failure.ts';

/** What a test configures; the machine's own environment and files are never looked at. */
export interface Given {
  readonly flags?: SettingsInput['flags'];
  readonly environment?: Record<string, string>;
  /** Contents by path; an Error is thrown when its path is read. */
  readonly files?: Record<string, string | Buffer | NodeJS.ErrnoException>;
  readonly configFile?: string;
  readonly directories?: readonly string[];
  /** Owner of every directory. */
  readonly owner?: number;
  readonly image?: ImageTraces;
}

export function loadWith(given: Given): Promise<LoadedSettings> {
  const files = given.files ?? {};
  return loadSettings({
    flags: given.flags ?? {},
    environment: given.environment ?? {},
    configFile: given.configFile ?? null,
    readFile: (path) => {
      const content = files[path] ?? systemError('ENOENT');
      if (content instanceof Error) throw content;
      return Buffer.from(content as string);
    },
    directoryExists: (path) => (given.directories ?? []).includes(path),
    directoryOwner: () => given.owner ?? null,
    lookAtImage: async () => given.image ?? null,
  });
}

/** The failure that loading ends in. */
export async function failureOf(given: Given): Promise<Failure> {
  try {
    await loadWith(given);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('expected the settings to be refused');
}

export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
