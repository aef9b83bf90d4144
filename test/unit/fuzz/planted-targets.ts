import type { FuzzTarget } from '../../fuzz/fuzz-target.ts';

const common = { seeds: () => [Buffer.from('a valid input')], tokens: [] };

/** Parsers with the defects that a search has to find. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  { ...common, name: 'is right', read: (input) => input.length },
  {
    ...common,
    name: 'hangs',
    read: (input) => {
      while (input.length !== 13) input.fill(0);
    },
  },
  {
    ...common,
    name: 'eats memory',
    read: (input) => {
      for (const kept: object[] = []; input.length !== 13; ) kept.push({ input });
    },
  },
  {
    ...common,
    name: 'trusts its input',
    read: (input) => {
      if (input.includes('valid')) return;
      throw new TypeError('expected it to be valid');
    },
  },
];
