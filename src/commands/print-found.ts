import type { ResultDocument } from '../report/document.ts';
import { formatTable } from '../report/format-table.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';

interface Opened {
  readonly opened: number;
  readonly of: number;
}

/** One found key, as `--json` has it under `details.keys`. */
export interface FoundEntry {
  readonly fingerprint: string;
  /** Every place it was found at. */
  readonly where: readonly string[];
  /** Null where there was no database to test it on. */
  readonly tested: { readonly settings: Opened; readonly tokens: Opened; readonly proven: boolean } | null;
  readonly vault: 'known' | 'new';
  /** That holds it now; null where nothing was written. */
  readonly generation: number | null;
}

export interface FoundDetails {
  readonly searched: { readonly paths: readonly string[]; readonly entries: number };
  readonly keys: readonly FoundEntry[];
  /** The line to follow; '' where nothing is left to do. */
  readonly next: string;
}

type FoundDocument = ResultDocument & { readonly details: FoundDetails };

export function isFoundDocument(document: ResultDocument): document is FoundDocument {
  return document.details?.searched !== undefined;
}

/** How many places of one key are named. */
const PLACES = 3;

/** The keys as a table before the rest of the result, and what to do next as the last line. */
export function printFound(document: FoundDocument, style: Style): string {
  const { keys, next, searched } = document.details;
  const head = ['key', 'opens', 'settings', 'tokens', 'vault', 'found in'].map(style.strong);
  const table = keys.length === 0 ? [] : [formatTable([head, ...keys.map((key) => rowOf(key, style))])];
  const looked = `${searched.entries} entries looked at in ${searched.paths.join(', ')}`;
  // The table says what was kept, and the line at the end what to do.
  const actions = document.actions.filter((each) => each.action !== 'capture-from');
  const findings = document.findings.map((each) => (each.try === next ? { ...each, try: '' } : each));
  const rest = printResult({ ...document, actions, findings }, style);
  const last = next === '' ? [] : [`${style.strong('Next:')} ${next}\n`];
  return [...table, style.quiet(looked), rest, ...last].join('\n\n').replaceAll('\n\n\n', '\n\n');
}

function rowOf({ fingerprint, where, tested, vault, generation }: FoundEntry, style: Style): string[] {
  const rest = where.length > PLACES ? ` and ${where.length - PLACES} more` : '';
  const places = `${where.slice(0, PLACES).join(', ')}${rest}`;
  const kept = generation === null ? vault : `${vault} (${generation})`;
  if (tested === null) return [fingerprint, style.caution('not tested'), '', '', kept, places];
  const { settings, tokens } = tested;
  const opened = settings.opened + tokens.opened;
  const mood = opened > 0 ? style.good : style.quiet;
  const text = (part: Opened) => `${part.opened} of ${part.of}`;
  const all = text({ opened, of: settings.of + tokens.of });
  return [fingerprint, mood(all), text(settings), text(tokens), kept, places];
}
