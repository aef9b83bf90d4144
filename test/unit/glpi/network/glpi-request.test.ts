import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { keylessHeaders, registrationHeaders } from '../../../../src/glpi/network/glpi-request.ts';

const FACTS = { version: '10.0.17', installationMode: 'DOCKER', language: 'fr_FR', uid: 'u1' };

describe('the question about a key', () => {
  it("is GLPI's, header by header", () => {
    expect(Object.entries(registrationHeaders(FACTS, new Secret('k')))).toEqual([
      ['Accept', 'application/json'],
      ['Accept-Language', 'fr'],
      ['Content-Type', 'application/json'],
      ['User-Agent', 'GLPI/10.0.17 (installation-mode:DOCKER)'],
      ['X-Registration-Key', 'k'],
      ['X-Glpi-Network-Uid', 'u1'],
    ]);
  });

  it.each([
    ['9.5.6', '9.5.6'],
    ['9.5.0-dev', '9.5.0'],
    ['9.4.1.1', '9.4.1.1'],
    ['10.0.17@5eb1', '10.0.17'],
    ['10.0.0-rc1', '10.0.0'],
    ['11.0', '11.0.0'],
    ['11.0.6.1', '11.0.6'],
    [' 11.0.6 ', '11.0.6'],
    ['custom', 'custom'],
  ])('calls version %j %s', (version, expected) => {
    const headers = registrationHeaders({ ...FACTS, version }, new Secret('k'));

    expect(headers['User-Agent']).toBe(`GLPI/${expected} (installation-mode:DOCKER)`);
  });

  it.each([
    ['en_GB', 'en'],
    ['zh_CN', 'zh'],
    ['en', 'en'],
  ])('asks in %s for %s', (language, expected) => {
    expect(registrationHeaders({ ...FACTS, language }, new Secret('k'))['Accept-Language']).toBe(expected);
  });

  it('names no instance where GLPI has not named itself yet', () => {
    expect(Object.keys(registrationHeaders({ ...FACTS, uid: '' }, new Secret('k')))).not.toContain(
      'X-Glpi-Network-Uid',
    );
  });

  it('has nothing of the instance in it when it is asked without the key', () => {
    expect(keylessHeaders('11.0.6@5eb1')).toEqual({ 'User-Agent': 'GLPI/11.0.6', Accept: '*/*' });
  });
});
