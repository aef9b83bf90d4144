import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Output } from '../../../src/commands/output.ts';
import { FakeStream } from '../report/fake-stream.ts';

const MODULE = join(import.meta.dirname, '../../../src/commands/output.ts');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function neverOpened(): never {
  throw new Error('expected that no stream is made');
}

describe('an output', () => {
  it('writes all of a text into a file without making a stream for it', async () => {
    const file = join(folder, 'out');
    const descriptor = openSync(file, 'w');

    const output = new Output(neverOpened, descriptor);
    await output.write('ä'.repeat(200_000));
    await output.write('\n');
    const { isTTY } = output;
    closeSync(descriptor);

    expect(isTTY).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe(`${'ä'.repeat(200_000)}\n`);
  });

  it('goes through the stream once there is one, so that nothing comes out of its order', async () => {
    const stream = new FakeStream();
    const descriptor = openSync(join(folder, 'out'), 'w');
    const output = new Output(() => stream, descriptor);

    output.stream().write('first ');
    await output.write('second');
    closeSync(descriptor);

    expect(stream.text).toBe('first second');
  });

  it('is a terminal where its stream is one, with its width', () => {
    const stream = Object.assign(new FakeStream({ isTTY: true }), { columns: 132 });
    const output = new Output(() => stream);

    expect([output.isTTY, output.columns]).toEqual([true, 132]);
  });

  it('leaves to the stream what a reader who is slow has not taken yet', () => {
    // A pipe that waits for nobody, as another process that shares it can make it.
    const script = `
      import { Output } from ${JSON.stringify(MODULE)};
      const output = new Output(() => process.stdout, 1);
      await output.write('x'.repeat(3_000_000));
      process.exit(0);`;
    const child = spawnSync('python3', ['-c', READER, process.execPath, '--input-type=module', '--eval', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });

    expect([child.stderr, child.stdout.trim()]).toEqual(['', '3000000']);
  });
});

/** Starts a program with a non-blocking pipe as its output, reads late, and prints how many bytes came. */
const READER = `
import os, subprocess, sys, time
read, write = os.pipe()
os.set_blocking(write, False)
child = subprocess.Popen(sys.argv[1:], stdout=write)
os.close(write)
time.sleep(0.5)
total = 0
while True:
    part = os.read(read, 65536)
    if not part:
        break
    total += len(part)
child.wait()
print(total)
`;
