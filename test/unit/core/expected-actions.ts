import type { Fingerprint } from '../../../src/core/brand.ts';
import { type GuardedFile, KEY_FILE } from '../../../src/core/guarded-set.ts';
import type { Action, RestoreSource } from '../../../src/core/plan.ts';
import { digestOf } from './build-observation.ts';

/** Actions as a plan holds them, for deep comparison. */

export function captureFirst(fingerprint: Fingerprint | null): Action {
  return { action: 'capture-first', target: KEY_FILE, fingerprint };
}

export function capture(changed: readonly string[], proven = true): Action {
  return { action: 'capture', target: 'vault', changed, proven };
}

/** The source that the generation of this number is, as the builder makes it. */
export function from(number: number): RestoreSource {
  return { kind: 'generation', number, id: digestOf(`generation ${number}`) };
}

export const FROM_MEMORY: RestoreSource = { kind: 'memory' };
export const DECODED: RestoreSource = { kind: 'decoded' };

/** The key is created where none is. */
export function createKey(fingerprint: Fingerprint, source: RestoreSource): Action {
  return { action: 'restore-file', target: KEY_FILE, source, fingerprint, replace: false };
}

/** The key is put in the place of what is there. */
export function replaceKey(fingerprint: Fingerprint, source: RestoreSource): Action {
  return { action: 'restore-file', target: KEY_FILE, source, fingerprint, replace: true };
}

export function createFile(target: GuardedFile, source: RestoreSource): Action {
  return { action: 'restore-file', target, source, fingerprint: null, replace: false };
}
