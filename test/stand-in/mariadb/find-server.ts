import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps the server outside the PATH of ordinary users. */
const USUAL = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec'];

export interface ServerPrograms {
  readonly mariadbd: string;
  readonly installer: string;
}

/** Where `mariadbd` and `mariadb-install-db` are on this machine; null unless both are. */
export function findServer(): ServerPrograms | null {
  const mariadbd = find('mariadbd');
  const installer = find('mariadb-install-db');
  return mariadbd === null || installer === null ? null : { mariadbd, installer };
}

function find(program: string): string | null {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...USUAL].filter((path) => path !== '');
  return directories.map((directory) => join(directory, program)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
