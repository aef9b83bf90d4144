import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Failure } from '../core/failure.ts';

/** Standard input as the process has it. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** In bytes: no secret that a person or a file gives is larger. */
const MOST = 64 * 1024;

export interface SecretQuestion {
  /** Shown to somebody who types. */
  readonly prompt: string;
  /** Whether the lines typed so far are all of it. An empty line ends it in any case. */
  readonly isWhole: (text: string) => boolean;
}

/**
 * Reads a secret from standard input: lines without echo where somebody types or pastes, everything to its end where it
 * is piped.
 *
 * @throws Failure `usage` where nothing, or far too much, was given; the reason of `signal`
 */
export async function readSecretInput(
  question: SecretQuestion,
  input: Input,
  screen: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<string> {
  const text = input.isTTY === true ? await readLines(question, input, screen, signal) : await readAll(input, signal);
  if (text.trim() !== '') return text;
  throw new Failure('usage', 'nothing was given on standard input', {
    expected: 'the value, typed or piped in',
    try: 'keykeeper registration set --file /run/secrets/glpi_registration_key',
  });
}

/** Asks for a yes: anything else is a no. @throws the reason of `signal` */
export async function confirmOn(
  question: string,
  input: Input,
  screen: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<'yes' | 'no' | 'nobody'> {
  if (input.isTTY !== true) return 'nobody';
  const reader = createInterface({ input, output: screen, terminal: true });
  reader.on('SIGINT', interrupt);
  try {
    const answer = await reader.question(`${question} [yes/no] `, { signal });
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  } finally {
    reader.close();
  }
}

async function readLines(
  question: SecretQuestion,
  input: Input,
  screen: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<string> {
  // The editor of the line echoes what is typed, so it writes to nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: nowhere, terminal: true, signal });
  reader.on('SIGINT', interrupt);
  const lines: string[] = [];
  try {
    screen.write(question.prompt);
    for await (const line of reader) {
      if (line.trim() === '') break;
      lines.push(line);
      if (question.isWhole(lines.join('\n'))) break;
    }
  } finally {
    reader.close();
    screen.write('\n');
  }
  signal.throwIfAborted();
  return lines.join('\n');
}

/** The editor takes Ctrl-C for a key: it is to be what it is everywhere. */
function interrupt(): void {
  process.kill(process.pid, 'SIGINT');
}

async function readAll(input: Input, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    signal.throwIfAborted();
    const bytes = Buffer.from(chunk as Uint8Array | string);
    size += bytes.length;
    if (size > MOST) throw new Failure('usage', `more than ${MOST} bytes came in on standard input`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
