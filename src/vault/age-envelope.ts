import { Failure } from '../core/failure.ts';
import type { Secret } from '../core/secret.ts';

type Age = typeof import('age-encryption');

/** `closed`: encrypted to others, no configured identity opens it. `damaged`: not what was once encrypted. */
export type Opened =
  | { readonly kind: 'opened'; readonly clear: Buffer }
  | { readonly kind: 'closed' }
  | { readonly kind: 'damaged' };

export type OpenedStream =
  | { readonly kind: 'opened'; readonly clear: AsyncIterable<Uint8Array> }
  | { readonly kind: 'closed' }
  | { readonly kind: 'damaged' };

/**
 * Encryption at rest in the age format (age-encryption.org/v1, C2SP), the same as the `age` tool's. The library is
 * loaded when the first file needs it.
 */
export interface Envelope {
  /** True when there are recipients: everything written is encrypted. */
  readonly seals: boolean;
  /** True when there is an identity to try. */
  readonly opens: boolean;
  /** A binary age file that every recipient can open. */
  seal(clear: Uint8Array): Promise<Buffer>;
  /** The same in ASCII armor, with a final newline. */
  sealArmored(clear: Uint8Array): Promise<string>;
  open(sealed: Uint8Array): Promise<Opened>;
  openArmored(armored: string): Promise<Opened>;
  /** As {@link seal}, for what is too long to hold. */
  sealStream(clear: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>>;
  /** As {@link open}; `clear` throws where the file turns out to be damaged further on. */
  openStream(sealed: AsyncIterable<Uint8Array>): Promise<OpenedStream>;
  /** @throws Failure `invalid-setting` when a recipient or an identity is not one. */
  check(): Promise<void>;
}

/**
 * @param recipients `age1…`, each.
 * @param identity the text of an identity file: `AGE-SECRET-KEY-1…`, one a line, with blank lines and `#` comments as
 *   `age-keygen` writes them.
 */
export function createEnvelope(recipients: readonly string[], identity: Secret<string> | null): Envelope {
  return {
    seals: recipients.length > 0,
    opens: identity !== null,
    seal: async (clear) => Buffer.from(await (await encrypter(recipients)).encrypt(clear)),
    sealArmored: async (clear) => {
      const age = await loadAge();
      return age.armor.encode(await (await encrypter(recipients)).encrypt(clear));
    },
    open: (sealed) => open(sealed, identity),
    openArmored: async (armored) => {
      const age = await loadAge();
      const sealed = dearmor(age, armored);
      return sealed === null ? { kind: 'damaged' } : open(sealed, identity);
    },
    sealStream: async (clear) => iterable(await (await encrypter(recipients)).encrypt(ReadableStream.from(clear))),
    openStream: (sealed) => openStream(sealed, identity),
    check: async () => {
      if (recipients.length > 0) await encrypter(recipients);
      if (identity !== null) await decrypter(identity);
    },
  };
}

/** Whether `bytes` begin as every binary age file does. */
export function isAgeFile(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .subarray(0, 22)
    .equals(Buffer.from('age-encryption.org/v1\n'));
}

function loadAge(): Promise<Age> {
  return import('age-encryption');
}

function dearmor(age: Age, armored: string): Uint8Array | null {
  try {
    return age.armor.decode(armored);
  } catch {
    return null;
  }
}

async function open(sealed: Uint8Array, identity: Secret<string> | null): Promise<Opened> {
  if (identity === null) return { kind: 'closed' };
  const key = await decrypter(identity);
  try {
    return { kind: 'opened', clear: Buffer.from(await key.decrypt(sealed)) };
  } catch (error) {
    return { kind: isForOthers(error) ? 'closed' : 'damaged' };
  }
}

async function openStream(sealed: AsyncIterable<Uint8Array>, identity: Secret<string> | null): Promise<OpenedStream> {
  if (identity === null) return { kind: 'closed' };
  const key = await decrypter(identity);
  try {
    return { kind: 'opened', clear: iterable(await key.decrypt(ReadableStream.from(sealed))) };
  } catch (error) {
    return { kind: isForOthers(error) ? 'closed' : 'damaged' };
  }
}

/** The library has no error codes; this sentence is its only sign of "for somebody else". */
function isForOthers(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no identity matched');
}

/** A web stream as Node.js has it: it can be iterated over (Web Streams API of Node.js), whatever its type says. */
function iterable(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  return stream as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>;
}

async function encrypter(recipients: readonly string[]): Promise<InstanceType<Age['Encrypter']>> {
  const age = await loadAge();
  const result = new age.Encrypter();
  for (const recipient of recipients) {
    try {
      result.addRecipient(recipient);
    } catch {
      throw new Failure('invalid-setting', `age recipient "${shortened(recipient)}" is not one`, {
        target: 'KEYKEEPER_AGE_RECIPIENTS',
        expected: 'public keys that begin with "age1", as age-keygen prints them',
        try: 'age-keygen -y identity.txt prints the recipient of an identity',
      });
    }
  }
  return result;
}

/** Somebody may have pasted the secret half into the wrong setting: only what cannot be secret is shown. */
function shortened(recipient: string): string {
  return recipient.startsWith('age1') ? recipient : `${recipient.slice(0, 4)}…`;
}

async function decrypter(identity: Secret<string>): Promise<InstanceType<Age['Decrypter']>> {
  const age = await loadAge();
  const result = new age.Decrypter();
  let count = 0;
  for (const line of identity.reveal().split(/\r?\n/)) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    try {
      result.addIdentity(text);
    } catch {
      throw notAnIdentity();
    }
    count += 1;
  }
  if (count === 0) throw notAnIdentity();
  return result;
}

function notAnIdentity(): Failure {
  return new Failure('invalid-setting', 'the age identity is not one', {
    target: 'KEYKEEPER_AGE_IDENTITY',
    expected: 'lines that begin with "AGE-SECRET-KEY-1"; comments begin with "#"',
    try: 'age-keygen -o identity.txt makes one',
  });
}
