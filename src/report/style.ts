import { styleText } from 'node:util';

/** Colours of a terminal, or none: every member gives its text back, marked or not. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly caution: (text: string) => string;
  readonly quiet: (text: string) => string;
}

export const PLAIN: Style = { strong: same, good: same, bad: same, caution: same, quiet: same };

const COLOURED: Style = {
  strong: (text) => mark('bold', text),
  good: (text) => mark('green', text),
  bad: (text) => mark('red', text),
  caution: (text) => mark('yellow', text),
  quiet: (text) => mark('dim', text),
};

/**
 * Colours on a terminal only, and never where `NO_COLOR` is set and not empty (no-color.org).
 */
export function styleFor(output: { readonly isTTY?: boolean }, environment: { readonly NO_COLOR?: string }): Style {
  const plain = output.isTTY !== true || (environment.NO_COLOR ?? '') !== '';
  return plain ? PLAIN : COLOURED;
}

function mark(format: 'bold' | 'green' | 'red' | 'yellow' | 'dim', text: string): string {
  // Whether the stream can show it was decided by the caller, not by the process's own standard output.
  return styleText(format, text, { validateStream: false });
}

function same(text: string): string {
  return text;
}
