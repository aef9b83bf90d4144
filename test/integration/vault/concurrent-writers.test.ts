import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keyNamed } from '../../unit/vault/draft-of.ts';
import { temporaryVault } from '../../unit/vault/temporary-vault.ts';
import { startVaultProcess } from './vault-process.ts';

describe('processes that write to one vault at the same time', () => {
  it.each([2, 8])('%i of them lose nothing, and use each number once', async (writers) => {
    using temporary = temporaryVault();
    await using stack = new AsyncDisposableStack();
    const count = 10;
    const processes = Array.from({ length: writers }, (_, index) => {
      const order = { task: 'add' as const, path: temporary.path, name: `writer ${index}`, count, recipients: [] };
      return stack.use(startVaultProcess(order));
    });
    await Promise.all(processes.map(({ ready }) => ready));

    for (const each of processes) each.go();
    const codes = await Promise.all(processes.map(({ ended }) => ended));

    const vault = await temporary.open();
    const { generations, damaged } = await vault.list();
    expect(codes).toEqual(processes.map(() => 0));
    expect(damaged).toEqual([]);
    expect(generations.map(({ number }) => number)).toEqual(
      Array.from({ length: writers * count }, (_, index) => index + 1),
    );
    const keys = new Set(generations.map(({ files }) => files[0]?.content?.reveal().toString('hex')));
    for (let writer = 0; writer < writers; writer += 1) {
      for (let index = 0; index < count; index += 1) {
        expect(keys).toContain(keyNamed(`writer ${writer} ${index}`).toString('hex'));
      }
    }
    for (const generation of generations) expect((await vault.escrow(generation)).damaged).toEqual([]);
    expect(readdirSync(temporary.folder).sort()).toEqual(['escrow', 'generations', 'keykeeper.json']);
  });
});

describe('the lease of a process that was killed', () => {
  it('holds nobody up for long, and its holder is really gone', async () => {
    using temporary = temporaryVault();
    const order = { task: 'lease' as const, path: temporary.path, name: '', count: 0, recipients: [] };
    await using holder = startVaultProcess(order);
    await holder.ready;
    holder.go();
    await holder.printed(1);
    const vault = await temporary.open();
    const waiting = vault.lease(AbortSignal.timeout(60_000));

    await holder.kill();
    await using lease = await waiting;

    expect(holder.lines).toEqual(['held']);
    expect(lease.lost.aborted).toBe(false);
  });
});
