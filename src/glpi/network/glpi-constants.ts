import { PhpReadError, PhpReader } from '../php-reader.ts';

/** The constants that decide where and as what GLPI asks GLPI Network. */
export const NETWORK_CONSTANTS = [
  'GLPI_NETWORK_SERVICES',
  'GLPI_NETWORK_API_URL',
  'GLPI_NETWORK_REGISTRATION_API_URL',
  'GLPI_INSTALL_MODE',
] as const;

export type NetworkConstant = (typeof NETWORK_CONSTANTS)[number];

/** Where a constant has its value from. */
export type ConstantSource = 'environment' | 'local_define.php';

export interface NetworkConstants {
  readonly values: ReadonlyMap<NetworkConstant, { readonly value: string; readonly source: ConstantSource }>;
  /** Set in `local_define.php` in a way that only PHP could tell: computed, or under a condition. */
  readonly unread: ReadonlySet<NetworkConstant>;
}

/**
 * Reads GLPI's constants as GLPI defines them (SystemConfigurator::computeConstants of 11, based_config.php of 10 and
 * 9.5): the environment first, then `<GLPI root>/config/local_define.php`, which cannot change what is defined. The file
 * is read, never run: `define('NAME', 'value');` at the top level counts, everything else is passed over.
 *
 * @param environment GLPI's, as far as it is known here
 * @param localDefine content of the file; null where there is none
 */
export function networkConstants(
  environment: Readonly<Record<string, string | undefined>>,
  localDefine: string | null,
): NetworkConstants {
  const values = new Map<NetworkConstant, { value: string; source: ConstantSource }>();
  const unread = new Set<NetworkConstant>();
  for (const name of NETWORK_CONSTANTS) {
    const value = environment[name];
    if (value !== undefined) values.set(name, { value, source: 'environment' });
  }
  const file = localDefine === null ? null : readDefinitions(localDefine);
  for (const name of NETWORK_CONSTANTS) {
    if (values.has(name) || file === null) continue;
    const value = file.defined.get(name);
    if (value !== undefined) values.set(name, { value, source: 'local_define.php' });
    else if (file.rest.includes(name)) unread.add(name);
  }
  return { values, unread };
}

interface Definitions {
  readonly defined: ReadonlyMap<string, string>;
  /** What was passed over. */
  readonly rest: string;
}

function readDefinitions(source: string): Definitions {
  const defined = new Map<string, string>();
  const reader = new PhpReader(source);
  let rest = '';
  try {
    if (!reader.takeOpeningTag()) return { defined, rest: source };
    while (!reader.atEnd()) rest += readStatement(reader, defined);
    return { defined, rest };
  } catch (error) {
    if (!(error instanceof PhpReadError)) throw error;
    // What stands before the place that cannot be read may be changed by what stands behind it.
    return { defined: new Map(), rest: source };
  }
}

/** @returns what was passed over */
function readStatement(reader: PhpReader, defined: Map<string, string>): string {
  let name = '';
  if (reader.take('define') && reader.take('(')) {
    try {
      name = String(reader.literal());
      reader.expect(',');
      const value = reader.literal();
      reader.expect(')');
      reader.expect(';');
      // The first definition stands, as in PHP.
      if (!defined.has(name)) defined.set(name, String(value ?? ''));
      return '';
    } catch (error) {
      if (!(error instanceof PhpReadError)) throw error;
    }
  }
  return `${name} ${reader.skipStatement()}`;
}
