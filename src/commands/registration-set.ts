import { readFileSync } from 'node:fs';
import { readSecretFile } from '../config/read-secret-file.ts';
import type { Finding } from '../core/finding.ts';
import { Secret } from '../core/secret.ts';
import { cleanRegistrationKey } from '../glpi/clean-registration-key.ts';
import { registrationFingerprint } from '../glpi/registration-key.ts';
import { openKeeper } from '../keeper/open-keeper.ts';
import { notAKey } from '../keeper/registration-wish.ts';
import type { ResultDocument } from '../report/document.ts';
import type { Command, CommandContext } from './command.ts';
import { registrationDocument } from './registration-document.ts';
import { requireConfigDirectory } from './require-config-directory.ts';

/** `keykeeper registration set`: a registration key into GLPI's database. */
export const registrationSet: Command = {
  name: 'registration set',
  summary: 'write a registration key into GLPI, sealed as GLPI seals it',
  description:
    'Reads the key from standard input, or from the file that --file names: never from an argument, which everybody who ' +
    'lists processes can read. Line breaks, spaces and quotes that pasting added are taken off. The key is sealed with ' +
    "the live security key and written into GLPI's row in one transaction, after every sealed value has held still for " +
    'the settle time; what stood there before is in the vault. Without a uid in the database, the one of this instance is ' +
    'written too. GLPI uses it at the next request.\n\n' +
    'Exit codes: 0 written, or there already · 2 the text is no registration key · 11 the security key does not fit the ' +
    'database, or an installation is on its way: nothing was written · 12 the database does not answer · 14 the vault ' +
    'cannot be written.',
  examples: [
    { line: 'keykeeper registration set < key.txt', purpose: 'from a pipe' },
    { line: 'keykeeper registration set --file /run/secrets/glpi_registration_key', purpose: 'from a secret' },
  ],
  options: [
    { flags: '--file <path>', description: 'read the key from this file instead of standard input' },
    { flags: '--dry-run', description: 'check the key and show what would be written' },
  ],
  run,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, signal, environment, options, readSecret } = context;
  requireConfigDirectory(settings);
  const { file } = options;
  const text =
    typeof file === 'string'
      ? readSecretFile(file, '--file', (path) => readFileSync(path))
      : await readSecret({
          prompt: 'Registration key (it is not shown): ',
          isWhole: (typed) => cleanRegistrationKey(typed) !== null,
        });
  const found = cleanRegistrationKey(text);
  if (found === null) throw notAKey(typeof file === 'string' ? '--file' : 'standard input');
  const fingerprint = registrationFingerprint(found.key);
  const wish = { wish: { kind: 'set', fingerprint }, key: new Secret(found.key) } as const;
  const dryRun = options.dryRun === true;
  await using opened = await openKeeper(settings, 'ask', !dryRun, environment);
  const until = dryRun ? 'plan' : 'done';
  const reason = 'registration';
  const result = await opened.keeper.reconcile(signal, {
    until,
    depth: 'full',
    asked: { scope: 'registration' },
    reason,
    wish,
  });
  const cleaned = found.cleaned ? [cleanedFinding(fingerprint)] : [];
  return registrationDocument(result, { command: 'registration set', dryRun, fingerprint, findings: cleaned });
}

function cleanedFinding(fingerprint: string): Finding {
  return {
    code: 'registration-key-cleaned',
    severity: 'info',
    target: `registration key ${fingerprint}`,
    message: 'line breaks, spaces or quotes that pasting had added were taken off the key',
    try: '',
  };
}
