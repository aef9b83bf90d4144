import { readFileSync, type Stats, statSync } from 'node:fs';
import { systemCode } from '../core/failure.ts';
import type { ImageTraces } from './recognise-image.ts';
import type { Settings } from './settings.ts';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a whole file. Throws Node.js system errors. */
export type ReadFile = (path: string) => Buffer;

/** What the configuration is read from; the members that touch the machine can be replaced. */
export interface SettingsInput {
  /** Values of the command line by camelCase name, `vault` or `agePrivateFile` for one; a list may be an array. */
  readonly flags: Readonly<Record<string, string | readonly string[]>>;
  readonly environment: Environment;
  /** `--config`; null: the usual place, if there is a file. */
  readonly configFile: string | null;
  readonly readFile?: ReadFile;
  readonly directoryExists?: (path: string) => boolean;
  readonly directoryOwner?: (path: string) => number | null;
  /** Asks the platform what GLPI's container runs; null where nobody can say. Absent: not asked. */
  readonly lookAtImage?: (wish: ImageQuestion) => Promise<ImageTraces | null>;
}

/** Where to look for GLPI's container, for its image. */
export interface ImageQuestion extends Pick<Settings, 'platform' | 'instance' | 'container'> {
  /** Directories here that may be its config directory, the likeliest first. */
  readonly directories: readonly string[];
}

/** Where a value came from. `place` names the flag, the variable, the file and line, or the preset. */
export interface Origin {
  readonly source: 'flag' | 'environment' | 'file' | 'preset' | 'default';
  readonly place: string;
}

/** A value before it is read, or the path of the file that holds it. */
export interface RawValue {
  readonly kind: 'text' | 'path';
  readonly text: string;
  readonly origin: Origin;
}

/** The values of one source by camelCase setting name. */
export type RawValues = ReadonlyMap<string, RawValue>;

/** More than this is no settings or secret file, in bytes. */
export const SETTINGS_FILE_LIMIT = 256 * 1024;

export function readWholeFile(path: string): Buffer {
  return readFileSync(path);
}

/** Whether there is a directory that this process can look at: below a folder that is closed to it there is none. */
export function isDirectory(path: string): boolean {
  return lookAt(path)?.isDirectory() ?? false;
}

/** Null: root's, or not to be looked at. */
export function directoryOwner(path: string): number | null {
  const uid = lookAt(path)?.uid ?? 0;
  return uid === 0 ? null : uid;
}

function lookAt(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return null;
  }
}
