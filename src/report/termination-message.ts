import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { systemCode } from '../core/failure.ts';
import type { ResultDocument } from './document.ts';

/** Kept short for `kubectl describe`; the kubelet takes 4096 bytes of one container and 12 KiB of a pod. */
const LONGEST = 1_500;
/** So many findings are told whole, the others by their codes. */
const TOLD = 2;

/** Why GLPI may not start, and what to try: for the termination message of a container, or an event. No secret is in it. */
export function blockedMessage({ exitCode, findings }: Pick<ResultDocument, 'exitCode' | 'findings'>): string {
  const errors = findings.filter((each) => each.severity === 'error');
  const reasons = errors.length > 0 ? errors : findings;
  const told = reasons.slice(0, TOLD).map(({ code, target, message, try: hint }) => {
    const where = target === '' ? '' : `${target}: `;
    return `${code}: ${where}${message}${hint === '' ? '' : `. Try: ${hint}`}`;
  });
  const others = reasons.slice(TOLD).map((each) => each.code);
  const more = others.length === 0 ? [] : [`also ${[...new Set(others)].join(', ')}`];
  return shorten(`GLPI must not start (exit code ${exitCode})\n${[...told, ...more].join('\n')}`);
}

/**
 * Writes why this container ends where the kubelet looks for it, if it looks: the file is the kubelet's, never made here,
 * and never followed elsewhere. Killed half-way it holds half a sentence, and the next end of the container has a file of
 * its own.
 *
 * @returns null where it is written, or where there is no such file; else why it is not
 */
export function writeTerminationMessage(path: string, message: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = systemCode(error) ?? 'unknown';
    return code === 'ENOENT' ? null : code;
  }
  try {
    writeSync(descriptor, message);
    return null;
  } catch (error) {
    return systemCode(error) ?? 'unknown';
  } finally {
    closeSync(descriptor);
  }
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
