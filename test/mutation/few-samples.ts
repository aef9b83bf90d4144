import fc from 'fast-check';

/**
 * What test files find in the place of `fast-check` while mutants are tried: the same, but a property looks at few samples
 * however many it asks for, always the same ones, and does not look for the smallest example. A mutant that only hundreds of
 * samples would find counts as survived: it wants a plain test.
 */
const SAMPLES = 40;
fc.configureGlobal({ seed: 20_240_229, endOnFailure: true, numRuns: SAMPLES });

const assert = ((property, options = {}) =>
  fc.assert(property, { ...options, numRuns: Math.min(options.numRuns ?? SAMPLES, SAMPLES) })) as typeof fc.assert;

// biome-ignore lint/style/noDefaultExport: it stands in for a module that has one.
export default { ...fc, assert };
