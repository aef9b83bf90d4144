import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { fingerprint, gid, mode, sha256, uid } from '../../../src/core/brand.ts';
import type { GenerationDraft } from '../../../src/core/generation.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createEnvelope, type Envelope } from '../../../src/vault/age-envelope.ts';
import { NO_ESCROW } from '../../../src/vault/escrow-chunk.ts';
import { contentsOf, generationId, holdsSecurityKey, orderDraft } from '../../../src/vault/generation-content.ts';
import { decodeGeneration, encodeGeneration, writeBody } from '../../../src/vault/generation-format.ts';
import { draftOf, fileOf, keyNamed } from './draft-of.ts';

const IN_CLEAR = createEnvelope([], null);

function idOf(changes: Partial<GenerationDraft>, escrow = NO_ESCROW) {
  const draft = orderDraft(draftOf('a', changes));
  return generationId(draft, escrow, contentsOf(draft));
}

/** As it is read back through `reader`. */
async function kept(changes: Partial<GenerationDraft>, writer: Envelope, reader: Envelope) {
  const draft = orderDraft(draftOf('a', changes));
  const contents = contentsOf(draft);
  const id = generationId(draft, NO_ESCROW, contents);
  const body = await writeBody(contents, writer);
  const place = { id, number: 7, createdAt: '2026-01-02T03:04:05Z' };
  const bytes = encodeGeneration(draft, NO_ESCROW, contents, body, place);
  const decoded = await decodeGeneration(bytes, { number: 7, instance: 'glpi' }, reader);
  if (decoded.kind !== 'whole') throw new Error(decoded.kind);
  return decoded.record.generation;
}

const [KEY, CONFIG] = draftOf('a').files;
if (KEY === undefined || CONFIG === undefined) throw new Error('a draft has two files');
const PROOF = { tested: 3, opened: 3, real: 2, at: '2026-01-02T03:04:05.000Z' };
const [ONE, TWO] = [sha256('1'.repeat(64)), sha256('2'.repeat(64))];
const REGISTERED = { kind: 'kept', key: new Secret('eyJzaWduYXR1cmUi') } as const;

describe('what a generation holds', () => {
  it.each<[string, Partial<GenerationDraft>]>([
    ['the instance', { instance: 'other' }],
    ['the verdict', { verdict: 'mixed' }],
    ['the fingerprint', { fingerprint: null }],
    ['that it is proven', { proof: null }],
    ['how many values were tested', { proof: { ...PROOF, tested: 4 } }],
    ['how many it opened', { proof: { ...PROOF, opened: 2 } }],
    ['how many were real', { proof: { ...PROOF, real: 1 } }],
    ['the database', { database: null }],
    ['the uid', { database: { address: 'db:3306', schema: 'glpi', instanceUuid: 'uuid-1', glpiNetworkUuid: 'n' } }],
    ["GLPI's version", { glpiVersion: '11.0.6' }],
    ['a file', { files: [KEY] }],
    ['a mode', { files: [KEY, { ...CONFIG, mode: mode(0o600) }] }],
    ['an owner', { files: [KEY, { ...CONFIG, uid: uid(0) }] }],
    ['a group', { files: [KEY, { ...CONFIG, gid: gid(0) }] }],
    ['the content of a file', { files: [KEY, fileOf('config_db.php', Buffer.from('other'))] }],
    ['what was removed', { removed: ['local_define.php'] }],
    ['that the registration key was cleared', { registration: { kind: 'cleared' } }],
    ['that no registration key is known', { registration: { kind: 'unknown' } }],
    ['the registration key', { registration: { ...REGISTERED, fingerprint: fingerprint('f'.repeat(16)) } }],
    ['what was given up', { accepted: [] }],
  ])('is told by its id from the same with another: %s', (_, changes) => {
    expect(idOf(changes)).not.toBe(idOf({}));
  });

  it('is told from the same with other values in the escrow', () => {
    const one = { count: 1, digest: ONE, chunks: [ONE] };

    expect(
      new Set([idOf({}), idOf({}, one), idOf({}, { ...one, digest: TWO }), idOf({}, { ...one, count: 2 })]).size,
    ).toBe(4);
  });

  it('is told by its id from cleared and unknown alike', () => {
    expect(idOf({ registration: { kind: 'cleared' } })).not.toBe(idOf({ registration: { kind: 'unknown' } }));
  });

  it('is the same whenever, why and in whatever order it was written', () => {
    const accepted = [TWO, ONE, TWO];
    const again = {
      files: [CONFIG, KEY],
      accepted,
      reason: 'restore',
      proof: { ...PROOF, at: '2026-02-02T00:00:00Z' },
    };

    expect(idOf(again)).toBe(idOf({ accepted: [ONE, TWO] }));
  });
});

describe('a generation that is read back', () => {
  it.each(['cleared', 'unknown'] as const)('says that the registration key is %s', async (kind) => {
    const generation = await kept({ registration: { kind } }, IN_CLEAR, IN_CLEAR);

    expect(generation.registration).toEqual({ kind });
  });

  it('lies there exposed only where the vault encrypts what it writes and this one is in clear', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity());
    const sealing = createEnvelope([recipient], null);

    expect((await kept({}, IN_CLEAR, sealing)).exposed).toBe(true);
    expect('exposed' in (await kept({}, IN_CLEAR, IN_CLEAR))).toBe(false);
    expect('exposed' in (await kept({}, sealing, sealing))).toBe(false);
  });

  it('has a digest of its contents, sealed too where a security key keeps guesses off, and else none', async () => {
    const sealing = createEnvelope([await identityToRecipient(await generateX25519Identity())], null);
    const inClear = await kept({}, IN_CLEAR, IN_CLEAR);
    const malformed = { fingerprint: null, files: [fileOf('glpicrypt.key', Buffer.from('short'))] };

    expect(inClear.contentsDigest).toMatch(/^[0-9a-f]{64}$/);
    expect((await kept({}, sealing, sealing)).contentsDigest).toBe(inClear.contentsDigest);
    expect((await kept(malformed, sealing, sealing)).contentsDigest).toBeUndefined();
    expect((await kept(malformed, IN_CLEAR, sealing)).contentsDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('holds a security key where the file of that name has 32 bytes', () => {
    const named = (bytes: Buffer) => holdsSecurityKey({ 'glpicrypt.key': bytes.toString('base64') });

    expect([keyNamed('a'), Buffer.alloc(31), Buffer.alloc(33)].map(named)).toEqual([true, false, false]);
    expect(holdsSecurityKey({ 'config_db.php': keyNamed('a').toString('base64') })).toBe(false);
  });
});
