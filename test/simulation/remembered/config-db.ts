import { type DatabaseSettings, parseConfigDb as parse } from '../../../src/glpi/config-db.ts';
import { Remembered } from '../machine/remember.ts';

/** Stands for the module of this name in the product: the same, remembered. */
export * from '../../../src/glpi/config-db.ts';

const known = new Remembered<DatabaseSettings>();

export function parseConfigDb(source: string): DatabaseSettings {
  return known.recall(source, () => parse(source));
}
