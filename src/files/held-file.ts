import { fstatSync, lstatSync } from 'node:fs';
import type { AbsolutePath, Sha256 } from '../core/brand.ts';
import { Failure, systemCode } from '../core/failure.ts';
import type { FileState } from '../core/guarded-set.ts';
import { Descriptor } from './descriptor.ts';
import { isSameInode } from './directory-handle.ts';
import { READ_FLAGS, readDescriptor } from './read-file.ts';

/** A file that is about to be replaced, held by its descriptor so that bytes written into it late are not lost. */
export class HeldFile implements Disposable {
  readonly #descriptor: Descriptor;
  #seen: Sha256;
  #released = false;

  constructor(descriptor: Descriptor, seen: Sha256) {
    this.#descriptor = descriptor;
    this.#seen = seen;
  }

  /** Whether `name` still names this very file, with the content that was last seen. An error means that it does not. */
  isStill(name: string): boolean {
    if (!this.#isNamed(name)) return false;
    const state = this.#read();
    return state.kind === 'regular' && state.sha256 === this.#seen;
  }

  /**
   * The content where it differs from what was last seen. Null where it does not, and where it cannot be had: while it is
   * being written, over 64 KiB, after an input/output error, or after the release.
   */
  newBytes(): Buffer | null {
    // The number of a closed descriptor may be another file's by now.
    if (this.#released) return null;
    const state = this.#read();
    if (state.kind !== 'regular' || state.sha256 === this.#seen) return null;
    this.#seen = state.sha256;
    return state.content.reveal();
  }

  [Symbol.dispose](): void {
    this.#released = true;
    this.#descriptor[Symbol.dispose]();
  }

  #isNamed(name: string): boolean {
    try {
      const named = lstatSync(name, { bigint: true, throwIfNoEntry: false });
      return isSameInode(named, fstatSync(this.#descriptor.number, { bigint: true }));
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return false;
    }
  }

  #read(): FileState {
    try {
      return readDescriptor(this.#descriptor.number);
    } catch (error) {
      const cause = systemCode(error);
      if (cause === undefined) throw error;
      return { kind: 'unreadable', cause };
    }
  }
}

/**
 * Opens what `name` names now (`path`, seen from its directory), if its content is the `expected` one.
 * Throws the Failure 'file-changed' otherwise, 'file-not-regular', or 'file-unreadable'.
 */
export function holdFile(name: string, path: AbsolutePath, expected: FileState): HeldFile {
  const judged = mustBeRegular(path, expected);
  const held = new HeldFile(openHeld(name, path), judged);
  if (held.isStill(name)) return held;
  held[Symbol.dispose]();
  throw fileChanged(path);
}

/** Somebody changed the file since it was judged: it has to be judged again. */
export function fileChanged(path: AbsolutePath): Failure {
  return new Failure('file-changed', `${path} is no longer the file that was judged; it is left as it is`, {
    target: path,
    expected: 'the same content as when it was judged',
    try: 'run again: it is judged anew',
  });
}

function mustBeRegular(path: AbsolutePath, expected: FileState): Sha256 {
  switch (expected.kind) {
    case 'regular':
      return expected.sha256;
    case 'absent':
      throw fileChanged(path);
    case 'special':
      throw new Failure('file-not-regular', `${path} is a ${expected.type}; it is never replaced`, {
        target: path,
        expected: 'a regular file',
        try: `see what it is, then move it away: ls -ld ${path}`,
      });
    case 'oversized':
      throw unsaved(path, `has ${expected.size} bytes, more than are kept`);
    case 'unreadable':
      throw unsaved(path, `cannot be read (${expected.cause})`);
  }
}

function openHeld(name: string, path: AbsolutePath): Descriptor {
  try {
    return new Descriptor(name, READ_FLAGS);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENXIO') throw fileChanged(path);
    if (code === undefined) throw error;
    throw unsaved(path, `cannot be read (${code})`, error);
  }
}

function unsaved(path: AbsolutePath, why: string, cause?: unknown): Failure {
  return new Failure('file-unreadable', `${path} ${why}; it is never replaced, for its bytes are not saved`, {
    target: path,
    expected: 'a file of at most 64 KiB that Keykeeper can read',
    try: `see what it is, then move it away: ls -l ${path}`,
    cause,
  });
}
