import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint, sha256 } from '../../../src/core/brand.ts';
import type { GenerationDraft } from '../../../src/core/generation.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createEnvelope } from '../../../src/vault/age-envelope.ts';
import { chunkEscrow } from '../../../src/vault/escrow-chunk.ts';
import { contentsOf, generationId, orderDraft } from '../../../src/vault/generation-content.ts';
import { decodeGeneration, encodeGeneration } from '../../../src/vault/generation-format.ts';
import { draftOf, entryOf, fileOf, keyNamed } from './draft-of.ts';

const plain = createEnvelope([], null);
const place = { number: 7, instance: 'glpi' };

function encode(draft: GenerationDraft, number = 7): Buffer {
  const ordered = orderDraft(draft);
  const summary = chunkEscrow(draft.escrow === 'inherit' ? [] : draft.escrow).summary;
  const contents = contentsOf(ordered);
  const id = generationId(ordered, summary, contents);
  return encodeGeneration(ordered, summary, contents, { contents }, { id, number, createdAt: '2026-01-02T03:04:05Z' });
}

function idOf(draft: GenerationDraft): string {
  return JSON.parse(encode(draft).toString()).id;
}

/** The file with another member, its own hash made right again. */
function rewritten(bytes: Buffer, change: (file: Record<string, unknown>) => void): Buffer {
  const file = JSON.parse(bytes.toString());
  delete file.sha256;
  change(file);
  const head = `${JSON.stringify(file, null, 2).slice(0, -2)},\n`;
  return Buffer.from(`${head}  "sha256": "${createHash('sha256').update(head).digest('hex')}"\n}\n`);
}

describe('a generation file', () => {
  it('gives back what was put in', async () => {
    const draft = draftOf('a', { removed: ['glpi.key'] });

    const decoded = await decodeGeneration(encode(draft), place, plain);

    expect(decoded.kind).toBe('whole');
    if (decoded.kind !== 'whole') return;
    const { generation } = decoded.record;
    const { escrow, files, registration, ...rest } = draft;
    expect(generation).toMatchObject(rest);
    expect(generation.files.map((file) => file.content?.reveal())).toEqual(files.map((file) => file.content.reveal()));
    expect(generation.files[0]).toMatchObject({ name: 'glpicrypt.key', mode: 0o640, uid: 33, gid: 33, size: 32 });
    expect(generation.registration.kind === 'kept' && generation.registration.key?.reveal()).toBe('eyJzaWduYXR1cmUi');
    expect(generation.escrowCount).toBe(2);
  });

  it('ends with the hash of all lines but the last two', () => {
    const lines = encode(draftOf('a')).toString().split('\n');

    const body = `${lines.slice(0, -3).join('\n')}\n`;

    expect(lines.at(-3)).toBe(`  "sha256": "${createHash('sha256').update(body).digest('hex')}"`);
  });

  it('is damaged by whatever bit is flipped and wherever it is cut', async () => {
    const bytes = encode(draftOf('a'));
    const harm = fc.oneof(
      fc.nat(bytes.length - 1).map((length) => bytes.subarray(0, length)),
      fc.tuple(fc.nat(bytes.length - 1), fc.nat(7)).map(([at, bit]) => {
        const harmed = Buffer.from(bytes);
        harmed[at] = (harmed[at] ?? 0) ^ (1 << bit);
        return harmed;
      }),
    );

    await fc.assert(
      fc.asyncProperty(harm, async (harmed) => (await decodeGeneration(harmed, place, plain)).kind === 'damaged'),
      { numRuns: 400 },
    );
  });

  it.each<[string, (file: Record<string, unknown>) => void, string]>([
    ['another instance', (file) => Object.assign(file, { instance: 'other' }), 'belongs to the instance "other"'],
    ['another number', (file) => Object.assign(file, { number: 8 }), 'says that it is number 8'],
    ['another kind of file', (file) => Object.assign(file, { keykeeper: 'vault' }), 'is not a generation'],
    ['a time that is none', (file) => Object.assign(file, { createdAt: 'now' }), 'has no valid "createdAt"'],
    ['no contents', (file) => delete file.contents, 'has contents that cannot be decrypted'],
    ['half a key', (file) => Object.assign(file, { contents: { 'glpicrypt.key': 'AAAA' } }), 'in full'],
    [
      'another key',
      (file) => Object.assign(file, { contents: { 'glpicrypt.key': keyNamed('b').toString('base64') } }),
      'holds another "glpicrypt.key" than it says',
    ],
  ])('with %s is damaged and says why', async (_, change, reason) => {
    const decoded = await decodeGeneration(rewritten(encode(draftOf('a')), change), place, plain);

    expect(decoded).toMatchObject({ kind: 'damaged', reason: expect.stringContaining(reason) });
  });

  it('may carry members and files that only a later release knows', async () => {
    const bytes = rewritten(encode(draftOf('a')), (file) => {
      file.mood = 'good';
      (file.files as object[]).push({ name: 'saml.pem', mode: '0600', uid: 0, gid: 0, size: 3 });
    });

    const decoded = await decodeGeneration(bytes, place, plain);

    expect(decoded).toMatchObject({ kind: 'whole', record: { generation: { fingerprint: draftOf('a').fingerprint } } });
  });

  it('of a later format is neither read nor called damaged, and names the release that reads it', async () => {
    const bytes = rewritten(encode(draftOf('a')), (file) => {
      file.format = 2;
      file.readableFrom = '3.1.0';
      delete file.files;
    });

    expect(await decodeGeneration(bytes, place, plain)).toEqual({ kind: 'newer', format: 2, readableFrom: '3.1.0' });
  });
});

describe('the id of a generation', () => {
  it('does not depend on times, the reason or the order of lists', () => {
    const draft = draftOf('a');

    const same = [
      draftOf('a', { reason: 'restore' }),
      draftOf('a', { proof: { tested: 3, opened: 3, real: 2, at: '2027-01-01T00:00:00Z' } }),
      draftOf('a', { files: [...draft.files].reverse() }),
      draftOf('a', { escrow: [...(draft.escrow as [])].reverse() }),
    ];

    for (const other of same) expect(idOf(other)).toBe(idOf(draft));
  });

  it('is another for any other content', () => {
    const others: GenerationDraft[] = [
      draftOf('a'),
      draftOf('b'),
      draftOf('a', { verdict: 'damaged' }),
      draftOf('a', { proof: null }),
      draftOf('a', { database: null }),
      draftOf('a', { glpiVersion: '11.0.6' }),
      draftOf('a', { removed: ['oauth.pem'] }),
      draftOf('a', { registration: { kind: 'cleared' } }),
      draftOf('a', { accepted: [] }),
      draftOf('a', { escrow: [entryOf(1, 'other')] }),
      draftOf('a', { files: [fileOf('glpicrypt.key', keyNamed('a'))] }),
      draftOf('a', {
        registration: { kind: 'kept', key: new Secret('x'), fingerprint: fingerprint('0123456789abcdef') },
      }),
      draftOf('a', { accepted: [sha256('b'.repeat(64))] }),
    ];

    expect(new Set(others.map(idOf)).size).toBe(others.length);
  });
});

describe('a draft', () => {
  it('with a registration key that is not at hand is refused', () => {
    const registration = { kind: 'kept' as const, key: null, fingerprint: fingerprint('0123456789abcdef') };

    expect(() => contentsOf(draftOf('a', { registration }))).toThrow(
      expect.objectContaining({ code: 'vault-identity-missing' }),
    );
  });
});
