import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MAIN } from './run-cli.ts';

/** In ms. */
const FOR_EVER = 60_000;

it('ends with a code where both of its outputs lie on a full disk, instead of failing over its own failure for ever', () => {
  // full(4): every write says ENOSPC.
  const full = openSync('/dev/full', 'w');
  try {
    const { status, signal } = spawnSync(process.execPath, [MAIN, '--help'], {
      stdio: ['ignore', full, full],
      env: { PATH: process.env.PATH ?? '' },
      timeout: FOR_EVER,
    });

    expect({ status, signal }).toEqual({ status: 1, signal: null });
  } finally {
    closeSync(full);
  }
});
