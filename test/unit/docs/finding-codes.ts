import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['core', 'keeper', 'platform', 'vault/kubernetes', 'commands', 'files/search'];

/** Every code that a finding or an error of Keykeeper can carry, read from the source, sorted. */
export function findingCodes(root: string): string[] {
  const source = (path: string) => readFileSync(join(root, 'src', path), 'utf8');
  const codes = new Set<string>();
  for (const folder of FOLDERS) {
    for (const path of readdirSync(join(root, 'src', folder), { recursive: true, encoding: 'utf8' })) {
      // The checks of `doctor` have a page of their own, generated from them.
      if (!path.endsWith('.ts') || path.startsWith('doctor/')) continue;
      const text = source(join(folder, path));
      for (const [, code] of text.matchAll(/\bcode: '([a-z0-9-]+)'/g)) codes.add(code ?? '');
      for (const [, code] of text.matchAll(/\b(?:add|finding)\(\s*'([a-z0-9]+-[a-z0-9-]+)'/g)) codes.add(code ?? '');
    }
  }
  const union = /export type FailureCode =([^;]+);/.exec(source('core/failure.ts'))?.[1] ?? '';
  for (const [, code] of union.matchAll(/'([a-z0-9-]+)'/g)) codes.add(code ?? '');
  // findings.ts makes `database-<reason>` of every reason for which no database can be used.
  for (const [, reason] of source('glpi/database/classify-error.ts').matchAll(/\[\s*'([a-z-]+)',/g)) {
    codes.add(`database-${reason}`);
  }
  // findings-receipt.ts makes `registration-<cause>` of every cause for which a question to GLPI Network did not end well.
  const causes = /export type CauseCode =([^;]+);/.exec(source('glpi/network/cause.ts'))?.[1] ?? '';
  for (const [, cause] of causes.matchAll(/'([a-z0-9-]+)'/g)) codes.add(`registration-${cause}`);
  return [...codes].sort();
}
