import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { askProbe } from '../../../src/commands/ask-probe.ts';
import { probeAddress } from '../../../src/report/probe/probe-address.ts';
import { serveProbes } from '../../../src/report/probe/probe-server.ts';
import type { ProbeView } from '../../../src/report/probe/probe-view.ts';

class FakeWatch implements ProbeView {
  open = false;
  stalled = false;

  gate() {
    return { passed: this.open, reason: this.open ? 'GLPI may start' : 'the gate is shut: the database\nis silent' };
  }

  live() {
    return { passed: !this.stalled, reason: this.stalled ? 'the loop has stood still' : 'the loop goes on' };
  }
}

function freshAddress(): string {
  return `\0keykeeper/test/${randomBytes(8).toString('hex')}`;
}

function log() {
  const lines: string[] = [];
  return { lines, warn: (message: string) => void lines.push(message) };
}

/** Something else that took the address, and says this to whoever comes. */
async function impostor(address: string, says: string | null): Promise<AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (says !== null) socket.end(says);
  });
  await new Promise<void>((resolve) => server.listen({ path: address }, resolve));
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

describe('the probes of a container', () => {
  it('tell a shut gate from a hanging loop', async () => {
    const [view, address] = [new FakeWatch(), freshAddress()];
    await using _ = await serveProbes({ view, logger: log(), address });

    const whileShut = [await askProbe('gate', address, 0), await askProbe('live', address)];
    [view.open, view.stalled] = [true, true];
    const whenStalled = [await askProbe('gate', address, 0), await askProbe('live', address)];

    expect(whileShut.map((each) => each.passed)).toEqual([false, true]);
    expect(whenStalled.map((each) => each.passed)).toEqual([true, false]);
  });

  it('give the reason in one line', async () => {
    const address = freshAddress();
    await using _ = await serveProbes({ view: new FakeWatch(), logger: log(), address });

    expect((await askProbe('gate', address, 0)).reason).toBe('the gate is shut: the database is silent');
  });

  it('are there when the gate opens, and need not be asked again', async () => {
    const [view, address] = [new FakeWatch(), freshAddress()];
    await using _ = await serveProbes({ view, logger: log(), address });

    const answer = askProbe('gate', address, 10_000);
    await wait(20);
    view.open = true;

    expect(await answer).toEqual({ passed: true, reason: 'GLPI may start' });
  });

  it('fail where no watch runs', async () => {
    const answer = await askProbe('live', freshAddress());

    expect(answer).toEqual({ passed: false, reason: 'no keykeeper watch answers in this container (ECONNREFUSED)' });
  });

  it.each(['', 'hello\n', '{"live":true}', '{"live":{"passed":"yes","reason":""}}', 'x'.repeat(100_000)])(
    'fail where something else answers: %.20j',
    async (says) => {
      const address = freshAddress();
      await using _ = await impostor(address, says);

      expect((await askProbe('live', address)).passed).toBe(false);
    },
  );

  it('leave a watch alive whose address another watch of the same container has', async () => {
    const [address, logger] = [freshAddress(), log()];
    await using _first = await serveProbes({ view: new FakeWatch(), logger: log(), address });

    await using _second = await serveProbes({ view: new FakeWatch(), logger, address });

    expect(logger.lines).toEqual(['probes of this container are not answered by this watch']);
  });

  it('meet at an address that every process of this container finds by itself', () => {
    expect(probeAddress()).toMatch(/^\0keykeeper\/probe\/\d+$/);
    expect(probeAddress()).toBe(probeAddress());
  });
});
