import type { Flatness } from './measure.ts';
import type { Progress } from './run-soak.ts';
import type { Slope } from './slope.ts';
import type { SoakReport } from './soak-report.ts';

const MEBIBYTE = 1_024 * 1_024;
const HEAD = ['', 'first', 'last', 'most', 'per 1,000 events', 'bound', 'per hour', ''];

export function progressLine({ share, phase, events, last, vault }: Progress): string {
  const percent = `${Math.min(100, Math.floor(share * 100))} %`.padStart(5);
  const memory = `${(last.resident / MEBIBYTE).toFixed(1)} MiB resident, ${(last.heap / MEBIBYTE).toFixed(1)} heap`;
  const counts = `${last.descriptors} descriptors, ${last.timers} timers, ${last.listeners} listeners`;
  return `${percent}  ${events} events, ${memory}, ${counts}, ${vault.generations.length} generations  (${phase})`;
}

/** For a terminal. */
export function soakText(report: SoakReport): string {
  const { events, minutes, lives, samples, seed, keys, vault, failures, database } = report;
  const { generations, chunks, bytes } = vault;
  return [
    `${events} events in ${minutes.toFixed(1)} minutes upon ${lives} watches one after the other, ${samples} looks, seed ${seed}` +
      `${database ? '' : ', without a database'}`,
    '',
    ...tableOf(
      ['storm', 'times', 'events'],
      [...report.phases.map((each) => [each.name, String(each.runs), String(each.events)])],
    ),
    '',
    ...tableOf(HEAD, report.flatness.map(cellsOf)),
    '',
    `vault: ${generations} generations (at most ${vault.mostGenerations}), ${chunks} pieces of escrow, ` +
      `${(bytes / 1_024).toFixed(0)} KiB; ${keys} keys were right at some time`,
    ...(failures.length === 0 ? ['all is well'] : failures.map((each) => `FAILED  ${each}`)),
    '',
  ].join('\n');
}

function cellsOf({ measure, first, last, most, byEvents, byHours, flat }: Flatness): string[] {
  const name = measure.unit === '' ? measure.name : `${measure.name} (${measure.unit})`;
  const verdict = byEvents === null ? 'too few looks' : flat ? 'flat' : 'GROWS';
  const figures = [first, last, most].map((each) => each.toFixed(0));
  return [name, ...figures, slopeOf(byEvents), String(measure.bound), slopeOf(byHours), verdict];
}

function slopeOf(slope: Slope | null): string {
  return slope === null ? '' : `${slope.value.toFixed(3)} ± ${slope.error.toFixed(3)}`;
}

function tableOf(head: readonly string[], rows: readonly string[][]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  return all.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
