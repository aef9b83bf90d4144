import { Failure } from '../core/failure.ts';
import { FORMAT } from './generation-format.ts';

/** The error for what a later release has written, naming the one that reads it. */
export function newerFormat(target: string, format: number, readableFrom: string | null): Failure {
  const release = readableFrom === null ? 'a later release' : `Keykeeper ${readableFrom} or later`;
  return new Failure('vault-newer-format', `the vault has files of format ${format}: it takes ${release}`, {
    target,
    expected: `format ${FORMAT}`,
    try: readableFrom === null ? 'use the release that wrote it' : `use the image keykeeper:${readableFrom}`,
  });
}
