import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonOf, markdownOf, type Part } from './report.ts';

const RECORD = join(import.meta.dirname, 'results.json');
const PAGE = join(import.meta.dirname, 'results.md');

/**
 * Writes results.json, and results.md from it. What this run measured replaces what stood there of it; parts that it left
 * out stay as they were, each with its own time and machine.
 */
export function recordResults(measured: readonly Part[]): void {
  const recorded: readonly Part[] = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')).parts : [];
  const kept = recorded.filter(({ name }) => !measured.some((part) => part.name === name));
  const parts = [...kept, ...measured].sort((one, other) => orderOf(one) - orderOf(other));
  writeFileSync(RECORD, jsonOf(parts));
  writeFileSync(PAGE, markdownOf(parts));
}

/** In the order of the table of goals. */
const ORDER = ['start-up', 'repair', 'idle', 'events', 'rotate', 'rescue', 'many-rows', 'image'];

function orderOf({ name }: Part): number {
  return ORDER.indexOf(name);
}
