import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { valueDigest } from '../../../src/glpi/value-digest.ts';

describe('the digest of a value', () => {
  const reference = { table: 'glpi_users', column: '2fa', id: 5, jsonPath: '$.secret' };

  it('is a SHA-256 over place and value, each told from the next', () => {
    const text = 'keykeeper/value/v1\0glpi_users\x002fa\x005\0$.secret\0välue';

    expect(valueDigest(reference, 'välue')).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('differs for every other value and every other place', () => {
    const digests = [
      valueDigest(reference, 'v'),
      valueDigest(reference, 'w'),
      valueDigest({ ...reference, id: 6 }, 'v'),
      valueDigest({ ...reference, column: 'api_token' }, 'v'),
      valueDigest({ ...reference, table: 'glpi_webhooks' }, 'v'),
      valueDigest({ table: 'glpi_users', column: '2fa', id: 5 }, 'v'),
    ];

    expect(new Set(digests).size).toBe(digests.length);
  });
});
