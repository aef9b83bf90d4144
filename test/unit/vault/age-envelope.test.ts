import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createEnvelope, isAgeFile } from '../../../src/vault/age-envelope.ts';

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error('expected a Failure');
  return error;
}

describe('an envelope', () => {
  it('opens with any identity of a file that has comments, blank lines and several of them', async () => {
    const [one, two] = [await generateX25519Identity(), await generateX25519Identity()];
    const writer = createEnvelope([await identityToRecipient(two)], null);
    const file = `# created: 2026-01-02\n# public key: age1…\n\n${one}\r\n  ${two}\n`;

    const sealed = await writer.seal(Buffer.from('hello'));
    const opened = await createEnvelope([], new Secret(file)).open(sealed);

    expect(isAgeFile(sealed)).toBe(true);
    expect(opened).toEqual({ kind: 'opened', clear: Buffer.from('hello') });
  });

  it('opens for each of several recipients', async () => {
    const identities = [await generateX25519Identity(), await generateX25519Identity()];
    const recipients = await Promise.all(identities.map(identityToRecipient));

    const armored = await createEnvelope(recipients, null).sealArmored(Buffer.from('hello'));

    for (const identity of identities) {
      const opened = await createEnvelope([], new Secret(identity)).openArmored(armored);
      expect(opened).toEqual({ kind: 'opened', clear: Buffer.from('hello') });
    }
  });

  it('tells what is for somebody else from what is damaged', async () => {
    const identity = await generateX25519Identity();
    const sealed = await createEnvelope([await identityToRecipient(identity)], null).seal(Buffer.from('hello'));
    const harmed = Buffer.from(sealed);
    harmed[harmed.length - 1] = (harmed.at(-1) ?? 0) ^ 1;

    const mine = createEnvelope([], new Secret(identity));
    const other = createEnvelope([], new Secret(await generateX25519Identity()));

    expect(await other.open(sealed)).toEqual({ kind: 'closed' });
    expect(await createEnvelope([], null).open(sealed)).toEqual({ kind: 'closed' });
    expect(await mine.open(harmed)).toEqual({ kind: 'damaged' });
    expect(await mine.openArmored('-----BEGIN AGE ENCRYPTED FILE-----\n')).toEqual({ kind: 'damaged' });
  });

  it('refuses a recipient that is an identity without showing it', async () => {
    const identity = await generateX25519Identity();

    const failure = await failureOf(createEnvelope([identity], null).check());

    expect(failure).toMatchObject({ code: 'invalid-setting', target: 'KEYKEEPER_AGE_RECIPIENTS' });
    expect(JSON.stringify({ ...failure, message: failure.message })).not.toContain(identity.slice(5));
  });

  it.each(['', '# only a comment\n', 'AGE-SECRET-KEY-1NOTONE'])('refuses the identity %j', async (text) => {
    const failure = await failureOf(createEnvelope([], new Secret(text)).check());

    expect(failure).toMatchObject({ code: 'invalid-setting', target: 'KEYKEEPER_AGE_IDENTITY' });
    expect(failure.message).not.toContain('NOTONE');
  });
});
