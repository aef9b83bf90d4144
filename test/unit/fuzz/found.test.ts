import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { readMessages } from '../../../src/kubernetes/web-socket-frames.ts';
import { FUZZ_TARGETS } from '../../fuzz/targets.ts';

const LEASE_OF_A_NUMBER = '{"metadata":{"name":"a","resourceVersion":"1"},"spec":{"holderIdentity":1}}';

/** The smallest inputs that a search has found, each by what it was. */
describe('what is no answer, though it came with a success', () => {
  it.each([
    ['text in place of a Secret', 'Secrets that are a vault', 'please sign in', 'vault-unreadable'],
    ['a Secret without metadata', 'Secrets that are a vault', '{"data":{}}', 'vault-unreadable'],
    ['text in place of a Lease', 'Leases of Kubernetes', 'please sign in', 'kubernetes-refused'],
    ['a Lease whose holder is a number', 'Leases of Kubernetes', LEASE_OF_A_NUMBER, 'kubernetes-refused'],
    ['an object in place of the list of containers', 'answers of the Docker engine', '{}', 'platform-unreachable'],
    ['a container without a state', 'answers of the Docker engine', '[{"State":null}]', 'platform-unreachable'],
  ])('%s is a failure that says so', async (_, name, input, code) => {
    const target = FUZZ_TARGETS.find((each) => each.name === name);

    const reading = Promise.resolve(target?.read(Buffer.from(input)));

    const failure = await reading.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code });
  });
});

describe('a message of a WebSocket that goes on in empty frames', () => {
  it('takes neither memory nor time for each of them', async () => {
    const emptyFrames = Buffer.alloc(64 * 1024);
    async function* endless() {
      yield Buffer.from([0x02, 1, 1]);
      for (let round = 0; round < 3; round += 1) yield emptyFrames;
      yield Buffer.from([0x80, 1, 2]);
    }

    const messages: unknown[] = [];
    for await (const message of readMessages(endless())) messages.push(message);

    expect(messages).toEqual([{ kind: 'data', bytes: Buffer.from([1, 2]) }]);
  });
});
