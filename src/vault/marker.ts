import { Failure } from '../core/failure.ts';
import { integer, looseObject, Mismatch, oneOf, optional, text } from '../core/shape.ts';
import { FORMAT, READABLE_FROM } from './generation-format.ts';
import { newerFormat } from './newer-format.ts';

/** The file that says whose vault it is. */
export const MARKER = 'keykeeper.json';

const markerShape = looseObject({
  keykeeper: oneOf('vault'),
  format: integer(1),
  readableFrom: optional(text()),
  instance: text(),
});

/** `damaged`: there, but not readable as one; the folder is ours all the same and a new one can be written. */
export type MarkerState = 'present' | 'absent' | 'damaged';

/** The marker's content: text, for people too. */
export function markerContent(instance: string): Buffer {
  const marker = { keykeeper: 'vault', format: FORMAT, readableFrom: READABLE_FROM, instance };
  return Buffer.from(`${JSON.stringify(marker, null, 2)}\n`);
}

export interface MarkedPlace {
  readonly instance: string;
  /** The folder or Secret. */
  readonly target: string;
  /** The marker in it. */
  readonly file: string;
}

/**
 * Whether these bytes mark the vault of `instance`; `damaged` where they were torn.
 *
 * @throws Failure `vault-foreign` when they mark another's; `vault-newer-format` when a later release has written them.
 */
export function readMarker(bytes: Buffer, { instance, target, file }: MarkedPlace): Exclude<MarkerState, 'absent'> {
  const json = parseJson(bytes.toString('utf8'));
  if (json === null) return 'damaged';
  const marker = markerShape(json);
  if (marker instanceof Mismatch) {
    throw new Failure('vault-foreign', `"${file}" is not Keykeeper's`, {
      target: file,
      expected: 'a place that is empty, or that Keykeeper made',
    });
  }
  if (marker.format > FORMAT) throw newerFormat(target, marker.format, marker.readableFrom ?? null);
  if (marker.instance === instance) return 'present';
  throw new Failure('vault-foreign', `"${target}" is the vault of the instance "${marker.instance}"`, {
    target,
    expected: `the instance "${instance}"`,
    try: `set KEYKEEPER_INSTANCE=${marker.instance}, or give this instance a vault of its own`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
