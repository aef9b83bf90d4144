import { systemCode } from '../core/failure.ts';

/** Writes all of a text. A reader that went away (`keykeeper history | head -1`) is no error. */
export function writeText(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined || systemCode(error) === 'EPIPE') resolve();
      else reject(error);
    });
  });
}
