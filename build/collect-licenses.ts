import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of all packages that went into a bundle, one after another in order of their names.
 * @param inputs source files as esbuild's metafile names them, relative to `project`
 * @throws Error when a package has neither a licence file nor names its licence
 */
export function collectLicenses(project: string, inputs: readonly string[]): string {
  const directories = new Set<string>();
  for (const input of inputs) {
    // `namespace:path` is a file made while bundling; the one that it was made from is an input too.
    if (input.includes(':')) continue;
    const package_ = /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (package_ !== undefined) directories.add(package_);
  }
  const texts = [...directories].sort().map((directory) => licenseOf(join(project, directory)));
  return `Keykeeper contains the following packages.\n\n${texts.join('\n')}`;
}

function licenseOf(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((each) => /^(licen[cs]e|copying)(\.|-|$)/i.test(each));
  if (file === undefined && !license) throw new Error(`${name}@${version} names no licence`);
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(directory, file), 'utf8').trim();
  const notice = existsSync(join(directory, 'NOTICE'))
    ? `\n\n${readFileSync(join(directory, 'NOTICE'), 'utf8').trim()}`
    : '';
  return `==== ${name} ${version} (${license ?? 'see below'}) ====\n\n${text}${notice}\n`;
}
