import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import { counted } from '../keeper/off-site/run-export.ts';
import { vaultOpener } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import { emptyDocument } from '../report/failure-document.ts';
import type { Reencrypted } from '../vault/vault.ts';
import type { Command, CommandContext } from './command.ts';

/** `keykeeper vault reencrypt`: other recipients for what is there already. */
export const vaultReencrypt: Command = {
  name: 'vault reencrypt',
  summary: 'encrypt everything in the vault anew, to the recipients that are set now',
  description:
    'What Keykeeper writes is encrypted to KEYKEEPER_AGE_RECIPIENTS as they are then; what lies in the vault already stays as ' +
    'it is until this command. It encrypts a vault that was in clear, adds and takes away recipients, and with --plain writes ' +
    'everything in clear again. Generations keep their numbers and contents.\n\n' +
    'First everything is opened: the identities in KEYKEEPER_AGE_IDENTITY must open all of it, the old ones too, or nothing is ' +
    'changed. Then each file is written anew beside the old one, opened and compared, and put in its place. Killed anywhere, ' +
    'each file is the old or the new one; run it again for the rest.\n\n' +
    'Set the new recipients for all containers of this vault and restart them first: a watch that still has the old ones goes ' +
    'on writing to those. Who had the old identity and a copy of the vault can still read the copy: after a leak, rotate the ' +
    'security key too.\n\n' +
    'Exit codes: 0 · 2 no recipients and not --plain · 14 something in the vault, or what would be written, does not open; or ' +
    'the vault cannot be written.',
  examples: [
    { line: 'keykeeper vault reencrypt --dry-run', purpose: 'does everything open, and how much is it' },
    { line: 'keykeeper vault reencrypt', purpose: 'after KEYKEEPER_AGE_RECIPIENTS was set or changed' },
  ],
  options: [
    { flags: '--plain', description: 'write everything in clear; only without KEYKEEPER_AGE_RECIPIENTS' },
    { flags: '--to-others', description: 'go on although no configured identity opens what is written' },
    { flags: '--dry-run', description: 'open everything, say what would be done, and change nothing' },
  ],
  run,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, options, signal } = context;
  checkPurpose(settings.ageRecipients, options.plain === true);
  const dryRun = options.dryRun === true;
  const vault = await vaultOpener(settings, !dryRun)();
  await using lease = dryRun ? null : await vault.lease(signal);
  let done = 0;
  using _ = context.progress(dryRun ? 'opening the vault' : 'encrypting the vault anew', () => `${done} files so far`);
  const reencrypted = await vault.reencrypt({
    dryRun,
    toOthers: options.toOthers === true,
    signal: lease === null ? signal : AbortSignal.any([signal, lease.lost]),
    onProgress: (count) => {
      done = count;
    },
  });
  return documentOf(reencrypted, settings.ageRecipients.length, dryRun);
}

function checkPurpose(recipients: readonly string[], plain: boolean): void {
  if (recipients.length === 0 && !plain) {
    throw new Failure('usage', 'there is nobody to encrypt to', {
      target: 'KEYKEEPER_AGE_RECIPIENTS',
      expected: 'at least one recipient, age1…',
      try: 'set KEYKEEPER_AGE_RECIPIENTS; or say --plain to have the vault in clear',
    });
  }
  if (recipients.length > 0 && plain) {
    throw new Failure('usage', '--plain and recipients contradict each other', {
      target: 'KEYKEEPER_AGE_RECIPIENTS',
      expected: 'one of the two: the next capture would be encrypted again',
      try: 'unset KEYKEEPER_AGE_RECIPIENTS for all containers of this vault',
    });
  }
}

function documentOf(done: Reencrypted, recipients: number, dryRun: boolean): ResultDocument {
  const { generations, chunks, records } = done;
  const files = [
    counted(generations, 'generation'),
    counted(chunks, 'chunk of escrow', 'chunks of escrow'),
    counted(records, 'record'),
  ].join(', ');
  const form = recipients === 0 ? 'in clear' : `encrypted to ${counted(recipients, 'recipient')}`;
  return {
    ...emptyDocument('vault reencrypt', 0, findingsOf(done)),
    ...(dryRun ? { dryRun } : {}),
    actions: [{ action: 'reencrypt', target: 'vault', done: !dryRun, note: `${files}: ${form}` }],
    details: { generations, chunks, records, recipients, verified: done.verified },
  };
}

function findingsOf({ damaged, verified }: Reencrypted): Finding[] {
  const found: Finding[] = damaged.map(({ file, reason }) => ({
    code: 'generation-damaged',
    severity: 'warning',
    target: file,
    message: `a file of the vault cannot be used: ${reason}. It was left as it is`,
    try: 'keep the file for a closer look, or restore it from a backup of the vault',
  }));
  if (verified) return found;
  const unread: Finding = {
    code: 'reencryption-unverified',
    severity: 'warning',
    target: 'vault',
    message: 'no configured identity opens what was written, so that nobody has read it back',
    try: 'run keykeeper drill where the new identity is kept',
  };
  return [...found, unread];
}
