import { describe, expect, it } from 'vitest';
import { isAllowedHost, isAllowedOrigin } from '../../../src/report/http/allowed-host.ts';

describe('the Host header on loopback', () => {
  it.each(['127.0.0.1:8377', 'localhost:8377', 'LOCALHOST', '[::1]:8377', '127.9.9.9', 'localhost.'])(
    'may be %s',
    (host) => {
      expect(isAllowedHost(host, '127.0.0.1')).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'keykeeper',
    '10.0.0.5',
    'user@localhost',
    'localhost:8377/x',
    'localhost:port',
    '127.evil.example',
  ])('may not be %s', (host) => {
    expect(isAllowedHost(host, '127.0.0.1')).toBe(false);
  });
});

describe('the Host header on other addresses', () => {
  it.each([
    '10.0.0.5:8377',
    'keykeeper:8377',
    '[fd00::5]:8377',
    'localhost',
    'keykeeper.glpi.svc.cluster.local',
    'k.svc',
  ])('may be %s', (host) => {
    expect(isAllowedHost(host, '0.0.0.0')).toBe(true);
  });

  it.each(['evil.example:8377', 'svc.evil.example', '10.0.0.5.evil.example'])('may not be %s', (host) => {
    expect(isAllowedHost(host, '0.0.0.0')).toBe(false);
  });

  it('may be the very name that is listened on', () => {
    expect(isAllowedHost('keys.example.org:8377', 'keys.example.org')).toBe(true);
  });
});

describe('the Origin header', () => {
  it('may be absent or the server itself, and nothing else', () => {
    const host = 'localhost:8377';

    expect([undefined, `http://${host}`, `https://${host}`].map((each) => isAllowedOrigin(each, host))).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      ['null', '', 'http://localhost', 'http://evil.example', `http://${host}.evil`].map((each) =>
        isAllowedOrigin(each, host),
      ),
    ).toEqual([false, false, false, false, false]);
  });
});
