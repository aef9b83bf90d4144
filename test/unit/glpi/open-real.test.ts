import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyRing } from '../../../src/glpi/key-ring.ts';
import { LEGACY_CONSTANT } from '../../../src/glpi/legacy.ts';
import { openReal } from '../../../src/glpi/open-real.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { sealValue } from '../../../src/glpi/value-sealer.ts';
import { garbleAs } from './glpi-legacy-twin.ts';

const [KEY, STRANGER] = [randomBytes(32), randomBytes(32)];
const context = {
  ring: new KeyRing(new Map([[fingerprintOf(KEY), KEY]])),
  legacyKeys: [LEGACY_CONSTANT],
  version: '11.0.6',
};
const sealed = (plaintext: Buffer | string, key = KEY) => sealValue(Buffer.from(plaintext), key);

describe('a value that the vault kept', () => {
  it('is real where a known key opens it', () => {
    expect(openReal(sealed('secret'), context)).toMatchObject({
      fingerprint: fingerprintOf(KEY),
      plaintext: Buffer.from('secret'),
    });
  });

  it.each([
    ['holds nothing', sealed('')],
    ['opens under no known key', sealed('secret', STRANGER)],
    ['is none that GLPI seals', 'clear text'],
    ['was garbled before it was kept', sealed(garbleAs('11.0.6', sealed('secret'), LEGACY_CONSTANT))],
    ['is a ciphertext that GLPI sealed once more', sealed(sealed('secret'))],
  ])('is not brought back where it %s', (_, value) => {
    expect(openReal(value, context)).toBeNull();
  });
});
