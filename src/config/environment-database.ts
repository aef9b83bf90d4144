import { Secret } from '../core/secret.ts';
import type { Preset } from './presets.ts';
import { readSecretFile } from './read-secret-file.ts';
import type { EnvironmentDatabase } from './settings.ts';
import type { Environment, ReadFile } from './source.ts';

export interface EnvironmentDatabaseReading {
  /** Null unless host, name, user and password are all there. */
  readonly database: EnvironmentDatabase | null;
  /** The variables that would make it complete; empty where none is set at all. */
  readonly missing: readonly string[];
}

/**
 * Reads the database settings in the variables of GLPI's own image, each also as `…_FILE`. They are the image's, not
 * Keykeeper's: a file that is not mounted into this container is no error, it only leaves them incomplete.
 */
export function readEnvironmentDatabase(
  preset: Preset,
  environment: Environment,
  readFile: ReadFile,
): EnvironmentDatabaseReading {
  const names = preset.databaseVariables;
  if (names === null) return { database: null, missing: [] };
  const read = (variable: string) => readVariable(variable, environment, readFile);
  const host = read(names.host);
  const schema = read(names.name);
  const user = read(names.user);
  const password = read(names.password);
  if (host !== null && schema !== null && user !== null && password !== null) {
    const port = names.port === null ? null : read(names.port);
    const hosts = [port === null ? host : `${host}:${port}`];
    return { database: { hosts, user, password: new Secret(password), schema }, missing: [] };
  }
  const found = { [names.host]: host, [names.name]: schema, [names.user]: user, [names.password]: password };
  const missing = Object.keys(found).filter((name) => found[name] === null);
  return { database: null, missing: missing.length === 4 ? [] : missing };
}

function readVariable(variable: string, environment: Environment, readFile: ReadFile): string | null {
  const value = environment[variable];
  if (value !== undefined && value !== '') return value;
  const path = environment[`${variable}_FILE`];
  if (path === undefined || path === '') return null;
  try {
    return readSecretFile(path, `${variable}_FILE`, readFile);
  } catch {
    return null;
  }
}
