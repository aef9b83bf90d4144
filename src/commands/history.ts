import type { Generation } from '../core/generation.ts';
import { KEY_FILE } from '../core/guarded-set.ts';
import { vaultOpener } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import { emptyDocument } from '../report/failure-document.ts';
import { formatTable } from '../report/format-table.ts';
import type { Style } from '../report/style.ts';
import type { Command, CommandContext } from './command.ts';

/** A generation as `history` lists it: nothing secret. */
interface Entry {
  readonly number: number;
  readonly createdAt: string;
  readonly reason: string;
  readonly verdict: string;
  readonly fingerprint: string | null;
  readonly proven: string;
  readonly glpiVersion: string | null;
  readonly database: string | null;
  readonly files: readonly string[];
  /** Fingerprint of the registration key; `cleared` where it was emptied on purpose, null where none was known. */
  readonly registration: string | null;
  readonly escrow: number;
  readonly sealed: boolean;
}

/** `keykeeper history`: what the vault holds. */
export const history: Command = {
  name: 'history',
  summary: 'list the generations that the vault holds',
  description:
    'Newest last: when and why each was written, the fingerprint of its key, whether that key was proven and by how many ' +
    'values, which files and which registration key it holds. Only the vault is read.\n\n' +
    'Exit codes: 0 · 14 the vault cannot be read.',
  examples: [
    { line: 'keykeeper history', purpose: 'which generation to name in keykeeper restore --generation' },
    { line: 'keykeeper history --json', purpose: 'details.generations for a script' },
  ],
  options: [],
  run,
  print,
};

async function run({ settings }: CommandContext): Promise<ResultDocument> {
  const vault = await vaultOpener(settings, false)();
  const { generations, damaged } = await vault.list();
  const findings = damaged.map(({ file, reason }) => ({
    code: 'generation-damaged',
    severity: 'warning' as const,
    target: file,
    message: `cannot be used: ${reason}`,
    try: 'restore the file from a backup of the vault',
  }));
  return {
    ...emptyDocument('history', 0, findings),
    generation: generations.at(-1)?.number ?? null,
    details: { vault: vault.url, generations: generations.map(entryOf) },
  };
}

function entryOf(generation: Generation): Entry {
  const { proof, database } = generation;
  return {
    number: generation.number,
    createdAt: generation.createdAt,
    reason: generation.reason,
    verdict: generation.verdict,
    fingerprint: generation.fingerprint,
    proven: proof === null ? 'no' : `${proof.opened} of ${proof.tested}`,
    glpiVersion: generation.glpiVersion,
    database: database === null ? null : `${database.address}/${database.schema}`,
    files: generation.files.map((each) => each.name),
    registration: registrationText(generation),
    escrow: generation.escrowCount,
    sealed: generation.sealed,
  };
}

function registrationText({ registration }: Generation): string | null {
  if (registration.kind === 'unknown') return null;
  return registration.kind === 'kept' ? registration.fingerprint : 'cleared';
}

function print(document: ResultDocument, style: Style): string {
  const entries = (document.details?.generations ?? []) as readonly Entry[];
  if (entries.length === 0) return 'The vault is empty: nothing was captured yet.\n';
  const head = ['', 'written', 'why', 'verdict', 'key', 'proven by', 'other files', 'registration', 'values'].map(
    style.strong,
  );
  const rows = entries.map((entry) => [
    String(entry.number),
    entry.createdAt,
    entry.reason,
    entry.verdict,
    keyText(entry, style),
    entry.proven === 'no' ? style.quiet('not proven') : entry.proven,
    entry.files.filter((name) => name !== KEY_FILE).join(' '),
    entry.registration ?? style.quiet('none'),
    String(entry.escrow),
  ]);
  const told = document.findings.map(({ target, message }) => `\n${style.bad('damaged')} ${target} ${message}`);
  return `${formatTable([head, ...rows])}\n${told.join('')}${told.length > 0 ? '\n' : ''}`;
}

function keyText({ fingerprint, files, sealed }: Entry, style: Style): string {
  const text = fingerprint ?? (files.includes(KEY_FILE) ? 'malformed bytes' : 'none');
  return sealed ? `${text} ${style.quiet('(encrypted)')}` : text;
}
