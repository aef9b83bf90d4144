import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryVault } from '../temporary-vault.ts';

describe('a record of a vault in a directory', () => {
  it('belongs to its owner alone', async () => {
    using place = temporaryVault();

    await (await place.open()).keepRecord('chronicle', [], { confidential: false });

    expect(statSync(join(place.folder, 'records', 'chronicle.json')).mode & 0o777).toBe(0o600);
  });
});
