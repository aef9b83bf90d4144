import { stripVTControlCharacters } from 'node:util';

/** Rows as aligned columns with two spaces between them, without spaces at the ends of lines; '' for none. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, width(cell));
  }
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - width(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Without what colours a terminal. */
function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
