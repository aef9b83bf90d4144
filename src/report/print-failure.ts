import type { Failure } from '../core/failure.ts';
import { PLAIN, type Style } from './style.ts';

/** A failure for people: what happened, to what, what would have been right, and what to do. */
export function printFailure(failure: Failure, style: Style = PLAIN): string {
  const { message, target, expected } = failure;
  const lines = [`${style.bad('keykeeper:')} ${message}`];
  if (target !== undefined && !message.includes(target)) lines.push(`  Target: ${target}`);
  if (expected !== undefined) lines.push(`  Expected: ${expected}`);
  if (failure.try !== undefined) lines.push(`  ${style.strong('Try:')} ${failure.try}`);
  return `${lines.join('\n')}\n`;
}
