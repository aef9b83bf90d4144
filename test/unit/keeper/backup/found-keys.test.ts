import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import type { FoundFile } from '../../../../src/files/search/finds.ts';
import { fingerprintOf } from '../../../../src/glpi/security-key.ts';
import { keysAmong, legacyKeysAmong } from '../../../../src/keeper/backup/found-keys.ts';

const KEY = Buffer.from('a key of thirty-two bytes, right', 'latin1');

function found(path: string, content: Buffer | string, named = false): FoundFile {
  const cut = path.lastIndexOf('/');
  const bytes = new Secret(Buffer.from(content));
  return { name: path.slice(cut + 1), folder: path.slice(0, cut), where: path, content: bytes, named };
}

describe('keysAmong', () => {
  it.each<[string, Buffer | string]>([
    ['raw bytes', KEY],
    ['hex with a newline', `${KEY.toString('hex')}\n`],
    ['base64', KEY.toString('base64')],
    ['raw bytes and a newline', Buffer.concat([KEY, Buffer.from('\n')])],
  ])('takes a key that is written as %s', (_, content) => {
    const { keys, findings } = keysAmong([found('/old/glpicrypt.key', content)]);

    expect(keys.map(({ fingerprint, bytes }) => [fingerprint, bytes.reveal()])).toEqual([[fingerprintOf(KEY), KEY]]);
    expect(findings).toEqual([]);
  });

  it('names every place of a key that was found several times', () => {
    const { keys } = keysAmong([
      found('/a/glpicrypt.key', KEY),
      found('/b/glpicrypt.key.bak', KEY),
      found('/c/glpicrypt.key', randomBytes(32)),
    ]);

    expect(keys.map(({ where }) => where)).toEqual([
      ['/a/glpicrypt.key', '/b/glpicrypt.key.bak'],
      ['/c/glpicrypt.key'],
    ]);
  });

  it('takes what lies beside the key where most does, and never another key file', () => {
    const { keys } = keysAmong([
      found('/a/glpicrypt.key', KEY),
      found('/b/glpicrypt.key', KEY),
      found('/b/config_db.php', '<?php'),
      found('/b/oauth.pem', 'pem'),
      found('/c/oauth.pub', 'of somebody else'),
    ]);

    expect(keys[0]?.companions.map(({ name }) => name)).toEqual(['config_db.php', 'oauth.pem']);
  });

  it('takes a file of any name that was named itself, and no other', () => {
    const files = [found('/safe/note', KEY.toString('hex'), true), found('/safe/other', randomBytes(32))];

    expect(keysAmong(files).keys.map(({ where }) => where)).toEqual([['/safe/note']]);
  });

  it('tells what is called like a key and holds none, without a byte of it', () => {
    const { keys, findings } = keysAmong([found('/old/glpicrypt.key', 'cut short'), found('/x', 'secret text', true)]);

    expect(keys).toEqual([]);
    expect(findings.map(({ code, target }) => [code, target])).toEqual([
      ['found-no-key', '/old/glpicrypt.key'],
      ['found-no-key', '/x'],
    ]);
    expect(JSON.stringify(findings)).not.toMatch(/cut short|secret text/);
  });

  it('says nothing of settings that were named beside a key', () => {
    const files = [found('/a/glpicrypt.key', KEY, true), found('/a/config_db.php', '<?php', true)];

    expect(keysAmong(files)).toMatchObject({ keys: [{ companions: [{ name: 'config_db.php' }] }], findings: [] });
  });

  it('ends at 256 distinct keys, and says so', () => {
    const files = Array.from({ length: 258 }, (_, index) => found(`/${index}/glpicrypt.key`, randomBytes(32)));

    const { keys, findings } = keysAmong(files);

    expect(keys).toHaveLength(256);
    expect(findings).toMatchObject([{ code: 'search-cut-short', message: expect.stringContaining('2 were left out') }]);
  });
});

describe('legacyKeysAmong', () => {
  it('takes the text of a glpi.key, and neither an empty one nor one that is a security key', () => {
    const legacy = found('/a/glpi.key', 'an old text');

    const files = [legacy, found('/b/glpi.key', ''), found('/c/glpi.key', KEY), found('/a/glpicrypt.key', KEY)];

    expect(legacyKeysAmong(files)).toEqual([legacy]);
  });
});
