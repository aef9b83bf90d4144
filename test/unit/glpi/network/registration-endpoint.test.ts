import { describe, expect, it } from 'vitest';
import { registrationEndpoint } from '../../../../src/glpi/network/registration-endpoint.ts';

interface Given {
  readonly setting?: string;
  readonly environment?: Record<string, string>;
  readonly localDefine?: string;
}

function endpoint(version: string, { setting, environment = {}, localDefine }: Given = {}) {
  const choice = registrationEndpoint(version, {
    setting: setting ?? null,
    environment,
    localDefine: localDefine ?? null,
  });
  if (choice.kind === 'refused') return `${choice.cause.code}: ${choice.cause.message}`;
  return `${choice.endpoint.source}: ${choice.endpoint.infoUrl} ${choice.endpoint.pingUrl}`;
}

const DEFAULT = 'https://services.glpi-network.com/api';

describe('where GLPI asks about its key', () => {
  it('is GLPI Network where nothing else is said', () => {
    expect(endpoint('9.5.6')).toBe(`default: ${DEFAULT}/registration/info ${DEFAULT}/registration/`);
    expect(endpoint('10.0.17')).toBe(`default: ${DEFAULT}/registration/info ${DEFAULT}/registration/`);
    expect(endpoint('11.0.6')).toBe(`default: ${DEFAULT}/registration/info ${DEFAULT}/ping`);
  });

  it("is Keykeeper's setting before all others, http:// too, with a path or without", () => {
    const others = {
      environment: { GLPI_NETWORK_SERVICES: 'https://env.example' },
      localDefine: "<?php define('GLPI_NETWORK_SERVICES', 'https://file.example');",
    };

    expect(endpoint('11.0.6', { setting: 'http://relay.lan/glpi/', ...others })).toBe(
      'setting: http://relay.lan/glpi/api/registration/info http://relay.lan/glpi/api/ping',
    );
  });

  it.each([
    [
      '10.0.17',
      { GLPI_NETWORK_SERVICES: 'https://a.example/' },
      'https://a.example/api/registration/info https://a.example/api/registration/',
    ],
    [
      '10.0.17',
      { GLPI_NETWORK_REGISTRATION_API_URL: 'https://a.example/reg' },
      'https://a.example/reg/info https://a.example/reg',
    ],
    ['10.0.17', { GLPI_NETWORK_API_URL: 'https://a.example/v2' }, null],
    [
      '11.0.6',
      { GLPI_NETWORK_API_URL: 'https://a.example/v2' },
      'https://a.example/v2/registration/info https://a.example/v2/ping',
    ],
    [
      '11.0.6',
      { GLPI_NETWORK_REGISTRATION_API_URL: 'https://a.example/reg/', GLPI_NETWORK_SERVICES: 'https://b.example' },
      'https://a.example/reg/info https://b.example/api/ping',
    ],
  ])("is what GLPI's environment says (%s, %o)", (version, environment, expected) => {
    const found = endpoint(version, { environment: environment as Record<string, string> });

    expect(found).toBe(expected === null ? endpoint(version) : `environment: ${expected}`);
  });

  it('is what local_define.php says, unless the environment has said it before', () => {
    const localDefine = `<?php
      // kept from the old server
      define('GLPI_VAR_DIR', dirname(__DIR__) . '/files; define(');
      if (PHP_SAPI === 'cli') { ini_set('memory_limit', "512M;"); }
      define('GLPI_NETWORK_SERVICES', 'https://file.example');
      define('GLPI_NETWORK_SERVICES', 'https://second.example');
      ?>`;

    expect(endpoint('10.0.17', { localDefine })).toMatch(/^local_define\.php: https:\/\/file\.example\//);
    expect(endpoint('10.0.17', { localDefine, environment: { GLPI_NETWORK_SERVICES: 'https://env.example' } })).toMatch(
      /^environment: https:\/\/env\.example\//,
    );
  });

  it.each([
    "<?php define('GLPI_NETWORK_SERVICES', 'https://' . HOST);",
    "<?php if (STAGING) { define('GLPI_NETWORK_SERVICES', 'https://staging.example'); }",
    "<?php define('GLPI_NETWORK_SERVICES', <<<X\nhttps://a.example\nX\n);",
    "<?php $x = 'open; define(GLPI_NETWORK_SERVICES",
    "define('GLPI_NETWORK_SERVICES', 'https://no-opening-tag.example');",
  ])('is not guessed where only PHP could tell: %s', (localDefine) => {
    expect(endpoint('11.0.6', { localDefine })).toMatch(/^endpoint-refused: .*GLPI_NETWORK_SERVICES is computed/);
    expect(endpoint('11.0.6', { localDefine, setting: 'https://a.example' })).toMatch(/^setting: /);
  });

  it('is not disturbed by a local_define.php that is about other things, even if it cannot be read', () => {
    expect(endpoint('11.0.6', { localDefine: '<?php $x = <<<X\nX;' })).toBe(endpoint('11.0.6'));
  });

  it.each([
    ['http://a.example', 'is not https://'],
    ['a.example', 'is not an address'],
    ['ftp://a.example', 'is neither https:// nor http://'],
    ['https://user:hunter2@a.example', 'holds a user or password'],
  ])('is refused when GLPI says %s', (url, problem) => {
    const found = endpoint('11.0.6', { environment: { GLPI_NETWORK_API_URL: url } });

    expect(found).toBe(`endpoint-refused: the key is sent nowhere, for GLPI_NETWORK_API_URL ${problem}`);
  });
});
