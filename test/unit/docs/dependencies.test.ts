import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runtimePackages } from '../../../build/dependencies-page.ts';

const PROJECT = join(import.meta.dirname, '../../..');

/** What may go into an image under Apache-2.0 without further ado. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'PSF-2.0', 'Unlicense'];

describe('the dependencies of the product', () => {
  it('have licences that let it be given away', () => {
    const packages = runtimePackages(PROJECT);

    expect(packages.map(({ name }) => name)).toContain('mysql2');
    expect(packages.filter(({ license }) => !PERMISSIVE.includes(license))).toEqual([]);
  });
});
