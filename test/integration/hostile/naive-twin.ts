import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What people put into an entrypoint today, and what the attacks here are tried on first: it copies with
 * `fs.copyFile`, sets owner and mode by path, and asks whichever database `config_db.php` names.
 */
const [, , verb = '', config = '', backup = ''] = process.argv;
const KEY = 'glpicrypt.key';
const KEY_SIZE = 32;

switch (verb) {
  case 'init':
    init();
    break;
  case 'check':
    await check();
    break;
  default:
    throw new Error(`there is no ${verb}`);
}

function init(): void {
  mkdirSync(backup, { recursive: true });
  for (const name of [KEY, 'config_db.php']) {
    const live = join(config, name);
    const copy = join(backup, name);
    const good = existsSync(live) && (name !== KEY || statSync(live).size === KEY_SIZE);
    if (good) copyFileSync(live, copy);
    else if (existsSync(copy)) copyFileSync(copy, live);
    if (!existsSync(live)) continue;
    chownSync(live, 33, 33);
    chmodSync(live, 0o640);
  }
}

/** Does the database answer? The password is that of the environment. */
async function check(): Promise<void> {
  const source = readFileSync(join(config, 'config_db.php'), 'utf8');
  const address = /dbhost\s*=\s*'([^']+)'/.exec(source)?.[1] ?? '';
  const [host = '', port] = address.split(':');
  const { createConnection } = await import('mysql2/promise');
  const login = { host, port: Number(port ?? 3306), user: 'glpi', password: process.env.GLPI_DB_PASSWORD ?? '' };
  await createConnection(login).catch(() => undefined);
}
