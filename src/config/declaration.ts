import type { Reader } from './setting-reader.ts';

/** One setting: everything that parsing, help and documentation derive from. */
export interface Declaration {
  /** Reads the text of any source. @throws InvalidValue */
  readonly read: Reader<unknown>;
  /** As text; null: not set, and the member is null or empty. */
  readonly fallback: string | null;
  /** For the documentation, where the default is not simply `fallback`. */
  readonly fallbackText?: string;
  /** One sentence in the imperative or a noun phrase, without a full stop; then what is worth knowing. */
  readonly summary: string;
  readonly details: string;
  readonly example: string;
  /** A secret is never shown and never taken from the command line itself. Both it and a list also come as `…_FILE`. */
  readonly holds: 'plain' | 'secret' | 'list';
}

/** Keeps the reader's own type, which the assembled settings are checked against. */
export function declare<const D extends Declaration>(declaration: D): D {
  return declaration;
}
