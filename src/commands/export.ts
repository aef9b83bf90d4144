import { readAgeRecipients } from '../config/age-keys.ts';
import { InvalidValue } from '../config/invalid-value.ts';
import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import { describeExport, type ExportDone, type ExportOrder, runExport } from '../keeper/off-site/run-export.ts';
import { vaultOpener } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import { emptyDocument } from '../report/failure-document.ts';
import { createEnvelope } from '../vault/age-envelope.ts';
import { type Exported, streamExport } from '../vault/archive/export-vault.ts';
import type { Command, CommandContext } from './command.ts';
import { noteSchedule } from './note-schedule.ts';
import { writeBytes } from './write-bytes.ts';

/** `keykeeper export`: the whole vault as one file. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'write the whole vault into one file, encrypted, to be kept elsewhere',
  description:
    'Writes every generation, the escrow and what Keykeeper remembers into one tar file, encrypted with age to ' +
    'KEYKEEPER_AGE_RECIPIENTS or --recipient; reads it back and checks it before it gets its name. An earlier export under ' +
    'that name is replaced, nothing else is. In a directory it gets a name with instance and time. Without a file it goes to ' +
    'KEYKEEPER_EXPORT_TO, or to standard output where that is no terminal; - is standard output always.\n\n' +
    'Unpacked with age and tar, it is a vault: docs/off-site.md. The vault is only read.\n\n' +
    'Exit codes: 0 · 2 nobody to encrypt to, or nowhere to write · 11 something else lies under this name · 14 the vault ' +
    'cannot be read, or the file cannot be written.',
  examples: [
    { line: 'keykeeper export /offsite/glpi.tar.age', purpose: 'for another disk or machine' },
    { line: 'keykeeper export - | ssh backup "cat > glpi.tar.age"', purpose: 'straight to another machine' },
    { line: 'keykeeper export --recipient age1… /offsite', purpose: 'for eyes of their own' },
  ],
  options: [
    { flags: '--recipient <recipients>', description: 'age recipients instead of the configured ones, with commas' },
    { flags: '--plain', description: 'do not encrypt the file; what is encrypted in the vault stays so' },
    { flags: '--dry-run', description: 'read and check the vault, say what would be in the file, and write none' },
  ],
  operand: { name: 'file', description: 'file or directory; - for standard output' },
  run,
};

async function run(context: CommandContext): Promise<ResultDocument | null> {
  const { settings, options, signal } = context;
  const recipients = recipientsOf(context);
  const place = placeOf(context);
  if (options.dryRun === true) return await tell(context, recipients, place);
  if (place === '-') return await toStandardOutput(context, recipients);
  const vault = await vaultOpener(settings, false)();
  using _ = context.progress('writing the vault into one file', () => '');
  // Without a file it is the export that a watch runs on its schedule, now.
  const rotates = options.file === undefined;
  const order = { settings, vault, place, recipients, rotates, now: () => new Date(), signal };
  return rotates ? await exportAsScheduled(order) : await exportOnce(order);
}

async function exportOnce(order: ExportOrder): Promise<ResultDocument> {
  const done = await runExport(order);
  return documentOf(done, done);
}

async function exportAsScheduled(order: ExportOrder): Promise<ResultDocument> {
  const { settings, now } = order;
  const end = (success: boolean, message: string) =>
    noteSchedule(settings, 'export', { at: now().toISOString(), success, message });
  const notes = await noteSchedule(settings, 'export', null);
  try {
    const done = await runExport(order);
    notes.push(...(await end(true, `${describeExport(done)}, in ${done.path}`)));
    const document = documentOf(done, done);
    return { ...document, findings: [...document.findings, ...notes] };
  } catch (error) {
    if (error instanceof Failure) await end(false, error.message);
    throw error;
  }
}

/** @throws Failure `usage`, `invalid-setting` */
function recipientsOf({ settings, options }: CommandContext): readonly string[] {
  const { recipient, plain } = options;
  if (plain === true) {
    if (recipient === undefined) return [];
    throw new Failure('usage', '--plain and --recipient contradict each other', { try: 'leave one of them out' });
  }
  const recipients = typeof recipient === 'string' ? parseRecipients(recipient) : settings.ageRecipients;
  if (recipients.length > 0) return recipients;
  throw new Failure('usage', 'there is nobody to encrypt the export to', {
    expected: 'KEYKEEPER_AGE_RECIPIENTS, or --recipient',
    try: 'age-keygen -o identity.txt, then keykeeper export --recipient age1… FILE; or --plain, if the place is as safe as the vault',
  });
}

function parseRecipients(text: string): readonly string[] {
  try {
    return readAgeRecipients(text);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new Failure('usage', `--recipient ${error.message}`, {
      expected: error.expected,
      try: 'age-keygen -y identity.txt prints the recipient of an identity',
    });
  }
}

/** @throws Failure `usage` */
function placeOf({ settings, options, stdout, json }: CommandContext): string {
  const { file } = options;
  const place = typeof file === 'string' ? file : (settings.exportTo ?? '-');
  if (place !== '-') return place;
  if (options.dryRun === true) return place;
  if (!stdout.isTTY && !json) return place;
  throw new Failure(
    'usage',
    json ? '--json and an export both want standard output' : 'an export is no text to look at',
    {
      expected: 'the name of a file',
      try: 'keykeeper export FILE, or keykeeper export - > FILE',
    },
  );
}

async function toStandardOutput(context: CommandContext, recipients: readonly string[]): Promise<null> {
  const { settings, stdout, signal, logger } = context;
  const { bytes, result } = await open(context, recipients);
  for await (const chunk of bytes) {
    signal.throwIfAborted();
    await writeBytes(stdout.stream(), chunk);
  }
  const done = result();
  for (const { message, target } of incomplete(done)) logger.warn(message, { target });
  logger.info('exported', { instance: settings.instance, content: describeExport(done) });
  return null;
}

async function tell(context: CommandContext, recipients: readonly string[], place: string): Promise<ResultDocument> {
  const { bytes, result } = await open(context, recipients);
  let size = 0;
  for await (const chunk of bytes) {
    context.signal.throwIfAborted();
    size += chunk.length;
  }
  const document = documentOf(result(), { path: place === '-' ? 'standard output' : place, size });
  return { ...document, dryRun: true, actions: document.actions.map((each) => ({ ...each, done: false })) };
}

async function open({ settings }: CommandContext, recipients: readonly string[]) {
  const { instance, ageIdentity } = settings;
  const vault = await vaultOpener(settings, false)();
  const envelope = createEnvelope(recipients, ageIdentity);
  await envelope.check();
  return await streamExport({ vault, envelope, instance, createdAt: new Date().toISOString() });
}

type Written = { readonly path: string; readonly size: number } & Partial<ExportDone>;

function documentOf(done: Exported, written: Written): ResultDocument {
  const { chunks, generations, records, encrypted, checked } = done;
  const { path, size, sha256, removed = [] } = written;
  return {
    ...emptyDocument('export', 0, incomplete(done)),
    actions: [
      { action: 'export', target: path, done: true, note: describeExport(done) },
      ...removed.map((target) => ({ action: 'remove-export', target, done: true })),
    ],
    details: { path, size, sha256: sha256 ?? null, encrypted, checked, chunks, generations, records },
  };
}

function incomplete({ damaged }: Exported): Finding[] {
  return damaged.map(({ file, reason }) => ({
    code: 'export-incomplete',
    severity: 'warning',
    target: file,
    message: `a file of the vault is not in the export: it ${reason}`,
    try: 'import an older export that holds it: keykeeper import FILE',
  }));
}
