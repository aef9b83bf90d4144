import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readConfigFile } from '../../src/config/read-config-file.ts';
import { sha256 } from '../../src/core/brand.ts';
import { Secret } from '../../src/core/secret.ts';
import { cleanRegistrationKey } from '../../src/glpi/clean-registration-key.ts';
import { parseConfigDb } from '../../src/glpi/config-db.ts';
import { readMember, replaceMember } from '../../src/glpi/database/json-member.ts';
import { isGarbledFrom, recoverSealed } from '../../src/glpi/garbled.ts';
import { KeyRing } from '../../src/glpi/key-ring.ts';
import { readRegistrationAnswer } from '../../src/glpi/network/registration-answer.ts';
import { registrationClaims } from '../../src/glpi/registration-claims.ts';
import { decodeBase64AsPhp, hasSealedShape, openValue } from '../../src/glpi/sealed-value.ts';
import { decodedKeys, fingerprintOf, inspectKey } from '../../src/glpi/security-key.ts';
import { readEvents } from '../../src/platform/docker/container-event.ts';
import { readFrames } from '../../src/platform/docker/read-frames.ts';
import { createEnvelope } from '../../src/vault/age-envelope.ts';
import { checkArchive } from '../../src/vault/archive/read-archive.ts';
import { decodeChunk } from '../../src/vault/chunk-file.ts';
import { readChunk } from '../../src/vault/escrow-chunk.ts';
import { decodeGeneration } from '../../src/vault/generation-format.ts';
import { decodeRecord } from '../../src/vault/record-format.ts';
import { CLUSTER_TARGETS } from './cluster-targets.ts';
import { ENGINE_TARGETS } from './engine-targets.ts';
import { FIXTURES, type FuzzTarget, fixture, inPieces, parseLoosely, plain, tarOf, vaultFiles } from './fuzz-target.ts';
import { MACHINE_TARGETS } from './machine-targets.ts';
import { SEARCH_TARGETS } from './search-targets.ts';

export { isRefusal } from './fuzz-target.ts';
export type { FuzzTarget };

const KEY = createHash('sha256').update('fuzz').digest();

function sealedValues(): string[] {
  return JSON.stringify(JSON.parse(fixture('sealed-values.json').toString())).match(/[A-Za-z0-9+/]{60,}={0,2}/g) ?? [];
}

const EVENT = `{"Type":"container","Action":"start","Actor":{"ID":"0123","Attributes":{"name":"glpi","exitCode":"0"}}}\n`;

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...CLUSTER_TARGETS,
  ...ENGINE_TARGETS,
  ...MACHINE_TARGETS,
  ...SEARCH_TARGETS,
  {
    name: 'config_db.php',
    seeds: () =>
      readdirSync(FIXTURES)
        .filter((name) => name.startsWith('config_db'))
        .map(fixture),
    tokens: [
      '<?php',
      '?>',
      '/*',
      '*/',
      '//',
      '#',
      '<<<E\n',
      'array(',
      '$db',
      'public',
      '\\x',
      '\\u{110000}',
      '::',
      '=',
    ],
    read: (input) => parseConfigDb(input.toString('latin1')),
  },
  {
    name: 'sealed values',
    seeds: () => sealedValues().map((each) => Buffer.from(each)),
    tokens: ['=', '==', '-', '_', ' ', '\n', '%2B'],
    read: (input) => {
      const value = input.toString('latin1');
      hasSealedShape(value);
      decodeBase64AsPhp(value);
      openValue(value, KEY);
      const context = {
        ring: new KeyRing(new Map([[fingerprintOf(KEY), KEY]])),
        version: '10.0.17',
        legacyKeys: [KEY],
      };
      recoverSealed(input, context);
      isGarbledFrom(input, value, [KEY]);
    },
  },
  {
    name: 'key files',
    seeds: () => [KEY, Buffer.from(KEY.toString('hex')), Buffer.from(`${KEY.toString('base64')}\n`)],
    tokens: ['\n', '\r\n', '%', '='],
    read: (input) => [inspectKey(input), decodedKeys(input)],
  },
  {
    name: 'generations',
    seeds: () => vaultFiles('generations'),
    tokens: ['"format": 2', '"number": 1', '"sealed": "', '"contents": {', '"sha256": ""', '}\n'],
    read: async (input) => {
      await decodeGeneration(input, { number: 1, instance: 'glpi' }, plain);
      // The same with a hash that fits: only then the shape is looked at.
      const text = input.toString('utf8');
      const head = text.slice(0, Math.max(0, text.lastIndexOf('  "sha256"')));
      const tail = `  "sha256": "${createHash('sha256').update(head).digest('hex')}"\n}\n`;
      await decodeGeneration(Buffer.from(head + tail), { number: 1, instance: 'glpi' }, plain);
    },
  },
  {
    name: 'escrow chunks',
    seeds: () =>
      vaultFiles('escrow')
        .filter((each) => each[0] === 0x1f)
        .map((each) => gunzipSync(each)),
    tokens: ['"values":[', '"id":', '"jsonPath"', '{', ']}'],
    read: async (input) => {
      readChunk(input.toString('utf8'));
      const name = sha256(createHash('sha256').update(input).digest('hex'));
      await decodeChunk(input, name, plain);
      await decodeChunk(gzipSync(input), name, plain);
    },
  },
  {
    name: 'records',
    seeds: () => [...vaultFiles('records'), Buffer.from('{"keykeeper":"record","format":1,"name":"places"}')],
    tokens: ['"format":2', '"sealed":true', '"body":""'],
    read: (input) => decodeRecord(input, { name: 'places', instance: 'glpi' }, plain),
  },
  {
    name: 'exports',
    seeds: () => [Buffer.alloc(1024), tarOf('keykeeper.json', '{"keykeeper":"export","format":1}')],
    tokens: ['ustar\0', '00000000777\0', 'keykeeper.json', '../../etc/passwd', '\x80'],
    read: (input) => checkArchive(inPieces(input), 'glpi'),
  },
  {
    name: 'age files',
    seeds: () => ageFiles().flatMap((each) => [each, armored(each)]),
    tokens: ['-> X25519 ', '\n---', '-----BEGIN AGE ENCRYPTED FILE-----\n'],
    read: async (input) => {
      const envelope = createEnvelope([], new Secret(IDENTITY));
      await envelope.open(input);
      await envelope.openArmored(input.toString('latin1'));
    },
  },
  {
    name: 'keykeeper.yaml',
    seeds: () => [Buffer.from('instance: helpdesk\nsettle: 10s\nageRecipients:\n  - age1abc\nhttp: "off"\n')],
    tokens: [
      '&a [*a]',
      '*a',
      '<<: *a',
      '!!binary ',
      '? ',
      '---\n',
      '%YAML 1.1\n',
      '[[[[',
      '{a: ',
      '|\n',
      '!!js/function ',
    ],
    read: (input) => readConfigFile('/keykeeper.yaml', () => input),
  },
  {
    name: 'answers of GLPI Network',
    seeds: () => [fixture('registration-info-valid.json')],
    tokens: ['"is_valid":', '"subscription":{', '"end_date":"2026-13-99"', '[]', '1e999'],
    read: (input) => readRegistrationAnswer(parseLoosely(input), new Secret('registration-key'), null, 0),
  },
  {
    name: 'registration keys',
    seeds: () => [Buffer.from(Buffer.from('{"iss":"glpi","exp":1800000000}').toString('base64'))],
    tokens: ['\u200b', '\u00a0', '.', '==', '\r\n'],
    read: (input) => {
      const text = input.toString('utf8');
      return [cleanRegistrationKey(text), registrationClaims(text)];
    },
  },
  {
    name: 'values inside JSON columns',
    seeds: () => [Buffer.from('{"secret":"abc","nested":{"password":"def"},"list":[1,"2",null]}')],
    tokens: ['"secret":', '\\u0000', '[[[[', '{}'],
    read: (input) => {
      const json = input.toString('utf8');
      return [readMember(json, '$.secret'), replaceMember(json, '$.nested.password', 'new')];
    },
  },
  {
    name: 'events of the Docker engine',
    seeds: () => [Buffer.from(EVENT.repeat(3))],
    tokens: ['"Type":"container"', '"Actor":null', '\n\n', '"Attributes":[]'],
    read: async (input) => {
      for await (const event of readEvents(inPieces(input))) if (typeof event.id !== 'string') throw new Error('no id');
    },
  },
  {
    name: 'output of a command in a container',
    seeds: () => [Buffer.from([1, 0, 0, 0, 0, 0, 0, 3, 97, 98, 99, 2, 0, 0, 0, 0, 0, 0, 1, 100])],
    tokens: ['\x01\0\0\0\x7f\xff\xff\xff', '\x02\0\0\0\0\0\0\0'],
    read: (input) => readFrames(inPieces(input), 64 * 1024),
  },
];

/** Opens the files of {@link ageFiles}. */
const IDENTITY = fixture('vaults/age-1/identity.txt').toString();

function ageFiles(): Buffer[] {
  return vaultFiles('age-1').filter((each) => each.toString('latin1').startsWith('age-encryption.org/v1\n'));
}

function armored(bytes: Buffer): Buffer {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return Buffer.from(
    ['-----BEGIN AGE ENCRYPTED FILE-----', ...lines, '-----END AGE ENCRYPTED FILE-----', ''].join('\n'),
  );
}
