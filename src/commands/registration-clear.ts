import { openKeeper } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import type { Command, CommandContext } from './command.ts';
import { registrationDocument } from './registration-document.ts';
import { requireConfigDirectory } from './require-config-directory.ts';

/** `keykeeper registration clear`: GLPI's registration key is emptied on purpose. */
export const registrationClear: Command = {
  name: 'registration clear',
  summary: "empty GLPI's registration key on purpose",
  description:
    'Empties the row as GLPI does, under the same rule as `registration set`, and keeps in the vault that it was meant: the ' +
    'key does not come back by itself. Older generations still hold it.\n\n' +
    'Exit codes: 0 emptied, or empty already · 11 the security key does not fit the database, or an installation is on its ' +
    'way: nothing was written · 12 the database does not answer · 14 the vault cannot be written.',
  examples: [{ line: 'keykeeper registration clear', purpose: 'this GLPI shall have no registration any more' }],
  options: [{ flags: '--dry-run', description: 'show what would be done' }],
  run,
};

async function run({ settings, signal, environment, options }: CommandContext): Promise<ResultDocument> {
  requireConfigDirectory(settings);
  const dryRun = options.dryRun === true;
  await using opened = await openKeeper(settings, 'ask', !dryRun, environment);
  const result = await opened.keeper.reconcile(signal, {
    until: dryRun ? 'plan' : 'done',
    depth: 'full',
    asked: { scope: 'registration' },
    reason: 'registration',
    wish: { wish: { kind: 'clear' }, key: null },
  });
  return registrationDocument(result, { command: 'registration clear', dryRun, fingerprint: null, findings: [] });
}
