import type { Machine } from './machine.ts';
import { type Figure, figuresOf, type Row } from './row.ts';
import type { Spread } from './spread.ts';

/** What was measured in one go. */
export interface Part {
  readonly name: string;
  /** RFC 3339, UTC, before it began. */
  readonly at: string;
  /** As it was then, its load included. */
  readonly machine: Machine;
  readonly rows: readonly Row[];
  /** What could not be measured, and why. */
  readonly skipped: readonly string[];
}

const HEAD = [
  'what',
  'against',
  'result',
  'goal',
  'met',
  'ours p50 (p90, p99; least to most)',
  'peer p50 (p90, p99; least to most)',
];

export function jsonOf(parts: readonly Part[]): string {
  const full = parts.map(({ rows, ...rest }) => ({
    ...rest,
    rows: rows.map((row) => ({ ...row, figures: figuresOf(row) })),
  }));
  return `${JSON.stringify({ parts: full }, null, 2)}\n`;
}

/** For a terminal. */
export function textOf(parts: readonly Part[]): string {
  const table = [HEAD, ...parts.flatMap(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  const lines = table.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...parts.map(machineText), '', ...lines, ...parts.flatMap(notesOf), ''].join('\n');
}

/** For bench/results.md. */
export function markdownOf(parts: readonly Part[]): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...parts.flatMap(cellsOf)].map((cells) => `| ${cells.join(' | ')} |`);
  return [
    '# Last results',
    '',
    'Written by `npm run bench -- --record`; how to read it: [README.md](README.md). The figures: [results.json](results.json).',
    '',
    ...rows,
    ...parts.flatMap(notesOf),
    '',
    'When, and on what:',
    '',
    ...parts.map((part) => `- ${machineText(part)}`),
    '',
  ].join('\n');
}

function machineText({ name, at, machine }: Part): string {
  const { cores, processor, memory, kernel, node, fileSystem, load } = machine;
  return `${name}, ${at}: ${cores} cores (${processor}), ${memory} GiB, Linux ${kernel}, Node ${node}, ${fileSystem}; load before it ${load.toFixed(2)}.`;
}

function cellsOf({ rows }: Part): string[][] {
  return rows.flatMap((row) =>
    figuresOf(row).map((figure) => [
      row.what,
      row.against ?? '',
      resultText(figure, row),
      goalText(figure, row),
      figure.met === null ? '' : figure.met ? 'yes' : 'NO',
      spreadText(row.ours, row.unit),
      row.peer === null ? '' : spreadText(row.peer, row.unit),
    ]),
  );
}

function resultText(figure: Figure, row: Row): string {
  if (figure.value === null) return 'not measured';
  return `${figure.statistic} ${amountText(figure, figure.value, row)}`;
}

function goalText(figure: Figure, row: Row): string {
  return figure.limit === null ? '' : `<= ${amountText(figure, figure.limit, row)}`;
}

function amountText({ comparison }: Figure, value: number, { unit }: Row): string {
  if (comparison === 'ratio') return `${value.toFixed(2)} x`;
  const sign = comparison === 'difference' && value >= 0 ? '+' : '';
  return `${sign}${numberText(value)} ${unit}`;
}

function spreadText({ p50, p90, p99, least, most, count }: Spread, unit: string): string {
  const [middle, high, highest, low, top] = [p50, p90, p99, least, most].map(numberText);
  return `${middle} ${unit} (${high}, ${highest}; ${low} to ${top}; n ${count})`;
}

function numberText(value: number): string {
  return value.toFixed(Math.abs(value) < 1 ? 3 : 1);
}

function notesOf({ rows, skipped }: Part): string[] {
  const notes = [...rows.flatMap(({ what, note }) => (note === undefined ? [] : [`${what}: ${note}.`])), ...skipped];
  return notes.flatMap((note) => ['', note]);
}
