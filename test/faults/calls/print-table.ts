import { formatTable } from '../../../src/report/format-table.ts';
import { FAULTS } from './fault.ts';
import type { OperationTable } from './fault-table.ts';
import type { Outcome, Played } from './play-cell.ts';
import type { Cell } from './strike.ts';
import { placeOf } from './trace/traced-call.ts';

const LETTERS: Readonly<Record<Outcome, string>> = { killed: 'k', recovered: 'r', refused: 'f', unmet: '?' };

/**
 * The table for people: a line for each kind of call and what it is about, a column for each fault; in it how many such
 * calls were struck and what the command did then, and behind a `-` how many cells were left out of this run.
 */
export function printTable({ cells, played }: OperationTable): string {
  const outcomes = new Map(played.map((each) => [each.cell, each]));
  const lines = new Map<string, Cell[]>();
  for (const cell of cells) {
    const { operation, call } = cell;
    const line = [operation, call.name, call.role].join('\t');
    lines.set(line, [...(lines.get(line) ?? []), cell]);
  }
  const rows = [...lines].map(([line, group]) => [
    ...line.split('\t'),
    ...FAULTS.map((fault) =>
      entryOf(
        group.filter((cell) => cell.fault === fault),
        outcomes,
      ),
    ),
  ]);
  return formatTable([['operation', 'call', 'of', ...FAULTS], ...rows]);
}

function entryOf(cells: readonly Cell[], outcomes: ReadonlyMap<Cell, Played>): string {
  const counts = new Map<string, number>();
  for (const cell of cells) {
    const found = outcomes.get(cell);
    const letter = found === undefined ? '-' : found.wrong.length > 0 ? '!' : LETTERS[found.outcome];
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  return ['k', 'r', 'f', '!', '?', '-']
    .flatMap((letter) => (counts.has(letter) ? `${counts.get(letter)}${letter}` : []))
    .join(' ');
}

export const LEGEND =
  'k killed, r recovered: did its work all the same, f refused: said that it did not; each time the state was whole and the ' +
  'next run finished. ! failed. ? no run came by this call again. - left out of this run';

/** How many cells there are, what became of them, and how many were left out. */
export function summaryOf({ operation, cells, played }: OperationTable): string {
  const count = (outcome: Outcome) => played.filter((each) => each.outcome === outcome).length;
  const wrong = played.filter((each) => each.wrong.length > 0).length;
  const near = played.filter((each) => each.near).length;
  const calls = new Set(cells.map((cell) => cell.number)).size;
  return (
    `${operation}: ${calls} calls, ${cells.length} cells; ${played.length} played ` +
    `(${count('killed')} killed, ${count('recovered')} recovered, ${count('refused')} refused, ${count('unmet')} not met again; ${near} at the next of its kind), ` +
    `${cells.length - played.length} left out, ${wrong} failed`
  );
}

/** One cell in a line, with what is wrong below it. */
export function printPlayed({ cell, outcome, exitCode, wrong }: Played): string {
  const code = exitCode === null ? '' : ` (${exitCode})`;
  const line = `${cell.operation} call ${cell.number}, ${placeOf(cell.call)}, ${cell.fault}: ${outcome}${code}`;
  return [line, ...wrong.map((each) => `  ! ${each}`)].join('\n');
}

/** For programs: every cell that there is, in its order. */
export function jsonOf({ cells, played }: OperationTable): object[] {
  const outcomes = new Map(played.map((each) => [each.cell, each]));
  return cells.map((cell) => {
    const { operation, number, call, fault } = cell;
    const { name, subject, occurrence, role, changes } = call;
    const found = outcomes.get(cell);
    const result =
      found === undefined
        ? { outcome: null }
        : { outcome: found.outcome, exitCode: found.exitCode, wrong: found.wrong };
    return { operation, number, call: name, subject, occurrence, role, changes, fault, ...result };
  });
}
