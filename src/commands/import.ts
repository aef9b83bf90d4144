import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import { counted } from '../keeper/off-site/run-export.ts';
import { vaultOpener } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import { emptyDocument } from '../report/failure-document.ts';
import { createEnvelope } from '../vault/age-envelope.ts';
import { type Imported, importFile } from '../vault/archive/import-vault.ts';
import type { Vault } from '../vault/vault.ts';
import type { Command, CommandContext } from './command.ts';

/** `keykeeper import`: an export comes into the vault. */
export const importCommand: Command = {
  name: 'import',
  summary: 'take such a file into the vault, beside what it holds',
  description:
    'Reads the file to its end and checks it before anything is written: a damaged or cut-short one, one of another instance ' +
    'or of a later release is refused. Then whatever the vault does not hold yet comes in, and nothing that it holds is ' +
    'changed: generations in the order of their times, so that what is newest stays newest; those whose number is taken get ' +
    'another. Doing it twice changes nothing the second time. GLPI is not touched: `keykeeper init` puts the keys back.\n\n' +
    'An encrypted file is opened with KEYKEEPER_AGE_IDENTITY.\n\n' +
    'Exit codes: 0 · 2 the file cannot be read · 14 it is damaged, of another instance, or no identity opens it; or the ' +
    'vault cannot be written.',
  examples: [
    { line: 'keykeeper import /offsite/glpi.tar.age', purpose: 'into a new, empty vault' },
    { line: 'keykeeper import --dry-run /offsite/glpi.tar.age', purpose: 'is the file whole, and what is in it' },
  ],
  options: [{ flags: '--dry-run', description: 'check the file, say what would come in, and write nothing' }],
  operand: { name: 'file', description: 'what keykeeper export wrote' },
  run,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, options, signal } = context;
  const { file } = options;
  if (typeof file !== 'string') {
    throw new Failure('usage', 'no file is named', {
      expected: 'what keykeeper export wrote',
      try: 'keykeeper import FILE',
    });
  }
  const dryRun = options.dryRun === true;
  const vault = await vaultOpener(settings, !dryRun)();
  const envelope = createEnvelope([], settings.ageIdentity);
  using _ = context.progress('reading the export', () => '');
  // No keeper puts anything back meanwhile; losing it does no harm, since every file is written whole or not at all.
  await using _lease = dryRun ? null : await vault.lease(signal);
  const done = await importFile(file, { vault, envelope, instance: settings.instance }, { dryRun });
  return await documentOf(done, vault, dryRun);
}

async function documentOf(done: Imported, vault: Vault, dryRun: boolean): Promise<ResultDocument> {
  const { generations, known, moved, chunks, records, exportedAt, held } = done;
  const newest = (await vault.list()).generations.at(-1)?.number ?? null;
  const note = `${counted(generations.length, 'generation')} ${dryRun ? 'would come' : 'came'} in, ${known} known already`;
  return {
    ...emptyDocument('import', 0, movedFinding(done)),
    ...(dryRun ? { dryRun } : {}),
    actions: [{ action: 'import', target: 'vault', done: !dryRun, note }],
    generation: newest,
    details: { exportedAt, held, known, generations, moved, chunks, records },
  };
}

function movedFinding({ moved }: Imported): Finding[] {
  const [first] = moved;
  if (first === undefined) return [];
  return [
    {
      code: 'generations-renumbered',
      severity: 'info',
      target: 'vault',
      message: `${counted(moved.length, 'newer generation')} of this vault moved to other numbers (generation ${first.from} is ${first.to} now), to stay the newest`,
      try: 'keykeeper history',
    },
  ];
}
