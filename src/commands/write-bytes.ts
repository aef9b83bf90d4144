import { Failure, systemCode } from '../core/failure.ts';

/**
 * Writes a piece of a stream, and waits until it is passed on: a slow reader must not fill the memory.
 *
 * @throws Failure `export-unwritable`: a reader that went away has not got it all
 */
export function writeBytes(stream: NodeJS.WritableStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error === null || error === undefined) return resolve();
      const reason = `standard output was closed before all was written (${systemCode(error) ?? 'unknown error'})`;
      reject(new Failure('export-unwritable', reason, { target: 'standard output', cause: error }));
    });
  });
}
