import { Failure, systemCode } from '../core/failure.ts';
import { type ReadFile, SETTINGS_FILE_LIMIT } from './source.ts';

/**
 * Reads the file that a `…_FILE` setting names: UTF-8 text, of which one newline at the end is dropped, as editors and
 * `echo` add it.
 *
 * @param place the variable, flag or line that names the file
 * @throws Failure `unreadable-secret-file`, naming file and setting, never content
 */
export function readSecretFile(path: string, place: string, readFile: ReadFile): string {
  const text = decode(readBytes(path, place, readFile), path, place).replace(/\r?\n$/, '');
  if (text === '') throw unusable(path, place, 'which is empty', 'write the value into it');
  return text;
}

function readBytes(path: string, place: string, readFile: ReadFile): Buffer {
  if (!path.startsWith('/')) {
    throw unusable(path, place, 'which is not an absolute path', 'the value itself goes into the setting without FILE');
  }
  let bytes: Buffer;
  try {
    bytes = readFile(path);
  } catch (error) {
    const code = systemCode(error);
    throw unusable(path, place, whyOf(code), `ls -l ${path}, as the user that Keykeeper runs as`, error);
  }
  if (bytes.length <= SETTINGS_FILE_LIMIT) return bytes;
  throw unusable(path, place, 'which is far too large', 'a file that holds the value alone');
}

function whyOf(code: string | undefined): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'which does not exist';
  // What Docker makes of a bind mount whose source is missing.
  if (code === 'EISDIR') return 'which is a directory';
  return `which cannot be read (${code ?? 'unknown error'})`;
}

function decode(bytes: Buffer, path: string, place: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unusable(path, place, 'which is not text in UTF-8', 'check that it is the right file');
  }
}

function unusable(path: string, place: string, why: string, hint: string, cause?: unknown): Failure {
  // What stands there instead of a path may be the secret itself.
  const shown = path.startsWith('/') ? `${path}, ` : 'something ';
  return new Failure('unreadable-secret-file', `${place} names ${shown}${why}`, {
    target: path.startsWith('/') ? path : place,
    expected: 'a readable text file that holds the value',
    try: hint,
    cause,
  });
}
