import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import type { GenerationDraft } from '../../../src/core/generation.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createEnvelope, type Envelope } from '../../../src/vault/age-envelope.ts';
import { NO_ESCROW } from '../../../src/vault/escrow-chunk.ts';
import { contentsOf, generationId, orderDraft } from '../../../src/vault/generation-content.ts';
import { decodeGeneration, encodeGeneration, writeBody } from '../../../src/vault/generation-format.ts';
import { draftOf, fileOf, keyNamed } from './draft-of.ts';

const place = { number: 1, instance: 'glpi' };

async function encode(draft: GenerationDraft, envelope: Envelope): Promise<Buffer> {
  const ordered = orderDraft(draft);
  const contents = contentsOf(ordered);
  const id = generationId(ordered, NO_ESCROW, contents);
  const body = await writeBody(contents, envelope);
  return encodeGeneration(ordered, NO_ESCROW, contents, body, { id, number: 1, createdAt: '2026-01-02T03:04:05Z' });
}

async function pair(): Promise<{ writer: Envelope; reader: Envelope }> {
  const identity = await generateX25519Identity();
  const writer = createEnvelope([await identityToRecipient(identity)], null);
  return { writer, reader: createEnvelope([], new Secret(identity)) };
}

describe('a generation that is encrypted', () => {
  it('gives back its contents to the identity', async () => {
    const { writer, reader } = await pair();

    const decoded = await decodeGeneration(await encode(draftOf('a'), writer), place, reader);

    if (decoded.kind !== 'whole') throw new Error(decoded.kind);
    const { generation } = decoded.record;
    expect(generation.sealed).toBe(false);
    expect(generation.files[0]?.content?.reveal()).toEqual(keyNamed('a'));
  });

  it('is listed without the identity, and with another one, by everything but its contents', async () => {
    const { writer } = await pair();
    const { reader: stranger } = await pair();
    const bytes = await encode(draftOf('a'), writer);

    for (const envelope of [writer, stranger]) {
      const decoded = await decodeGeneration(bytes, place, envelope);

      if (decoded.kind !== 'whole') throw new Error(decoded.kind);
      const { generation } = decoded.record;
      expect(generation.sealed).toBe(true);
      expect(generation.fingerprint).toBe(draftOf('a').fingerprint);
      expect(generation.files[0]).toMatchObject({ name: 'glpicrypt.key', size: 32, sha256: null, content: null });
      expect(generation.registration).toMatchObject({ kind: 'kept', key: null });
    }
  });

  it('has the same id and the same digest of its contents as in clear', async () => {
    const { writer, reader } = await pair();
    const clear = await decodeGeneration(await encode(draftOf('a'), createEnvelope([], null)), place, reader);
    const sealed = await decodeGeneration(await encode(draftOf('a'), writer), place, reader);

    if (clear.kind !== 'whole' || sealed.kind !== 'whole') throw new Error('not whole');
    expect(sealed.record.generation.id).toBe(clear.record.generation.id);
    expect(sealed.record.generation.contentsDigest).toBe(clear.record.generation.contentsDigest);
  });

  it('shows no secret and no hash by which one could be guessed', async () => {
    const { writer } = await pair();
    const withoutKey = draftOf('a', {
      files: [fileOf('config_db.php', Buffer.from('password'))],
      registration: { kind: 'unknown' },
    });

    const text = (await encode(draftOf('a'), writer)).toString();
    const guessable = JSON.parse((await encode(withoutKey, writer)).toString());

    expect(text).not.toContain(keyNamed('a').toString('base64'));
    expect(text).not.toContain(Buffer.from('<?php').toString('base64').slice(0, 6));
    expect(JSON.parse(text).files[0].sha256).toBeUndefined();
    expect(guessable.contentsSha256).toBeUndefined();
  });
});
