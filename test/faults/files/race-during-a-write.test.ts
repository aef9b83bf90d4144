import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isAvailable } from '../../integration/files/requirement.ts';
import { isRoot } from '../../unit/files/root.ts';
import { TemporaryDirectory } from '../../unit/files/temporary-directory.ts';
import { straceTrouble, tracedWrite } from './traced-write.ts';

const OLD = Buffer.alloc(32, 'o').toString();
const NEW = Buffer.alloc(32, 'n').toString();
const LATE = Buffer.alloc(32, 'l').toString();
/** A call is held for two seconds: time enough to act in the middle of a write. */
const HOLD = 'delay_enter=2000000';

const trouble = straceTrouble() ?? (isRoot ? null : 'root is needed to give a file to another owner');

describe.skipIf(!isAvailable('strace', 'races in the middle of a write', trouble))('in the middle of a write', () => {
  it.each([
    ['create', 'another directory'],
    ['replace', 'another directory'],
    ['replace', 'a symlink'],
  ] as const)('%s notices that its directory became %s, and writes nothing there', async (verb, swapped) => {
    using scratch = new TemporaryDirectory();
    const config = scratch.at('config');
    mkdirSync(config);
    mkdirSync(scratch.at('attacker'));
    if (verb === 'replace') writeFileSync(scratch.at('config', 'glpicrypt.key'), OLD);

    const write = tracedWrite(scratch, 'write', verb, scratch.at('config', 'glpicrypt.key'), [`fsync:${HOLD}:when=1`]);
    await until(() => readdirSync(config).some((name) => name.endsWith('.tmp')));
    renameSync(config, scratch.at('moved'));
    if (swapped === 'a symlink') symlinkSync('attacker', config);
    else renameSync(scratch.at('attacker'), config);
    const { report } = await write;

    expect(report).toMatchObject({ failure: 'file-changed', message: expect.stringContaining('became another') });
    expect(readdirSync(config)).toEqual([]);
    expect(readdirSync(scratch.at('moved'))).toEqual(verb === 'replace' ? ['glpicrypt.key'] : []);
    if (verb === 'replace') expect(readFileSync(scratch.at('moved', 'glpicrypt.key'), 'utf8')).toBe(OLD);
  });

  it('create leaves a file that somebody else put there meanwhile', async () => {
    using scratch = new TemporaryDirectory();
    mkdirSync(scratch.at('config'));
    const path = scratch.at('config', 'glpicrypt.key');

    const write = tracedWrite(scratch, 'write', 'create', path, [`?link,?linkat:${HOLD}`]);
    await until(() => readdirSync(scratch.at('config')).length > 0);
    writeFileSync(path, LATE);
    const { report } = await write;

    expect(report).toEqual({ outcome: 'exists' });
    expect(readFileSync(path, 'utf8')).toBe(LATE);
    expect(readdirSync(scratch.at('config'))).toEqual(['glpicrypt.key']);
  });

  it.each(['written into', 'renamed over'])('replace leaves a file that was %s since it was judged', async (how) => {
    using scratch = new TemporaryDirectory();
    mkdirSync(scratch.at('config'));
    const path = scratch.at('config', 'glpicrypt.key');
    writeFileSync(path, OLD);

    const write = tracedWrite(scratch, 'write', 'replace', path, [`fsync:${HOLD}:when=1`]);
    await until(() => readdirSync(scratch.at('config')).length > 1);
    writeFileSync(how === 'written into' ? path : scratch.at('new-key'), LATE);
    if (how === 'renamed over') renameSync(scratch.at('new-key'), path);
    const { report } = await write;

    expect(report).toMatchObject({ failure: 'file-changed' });
    expect(readFileSync(path, 'utf8')).toBe(LATE);
    expect(readdirSync(scratch.at('config'))).toEqual(['glpicrypt.key']);
  });

  it('replace brings back what was written into the old file after the last look before the rename', async () => {
    using scratch = new TemporaryDirectory();
    mkdirSync(scratch.at('config'));
    const path = scratch.at('config', 'glpicrypt.key');
    writeFileSync(path, OLD);
    const writer = openSync(path, 'r+');

    // The directory's sync, after the rename and before the second look at the old file.
    const write = tracedWrite(scratch, 'write', 'replace', path, [`fsync:${HOLD}:when=2`]);
    await until(() => readFileSync(path, 'utf8') === NEW);
    writeSync(writer, LATE);
    closeSync(writer);
    const { report } = await write;

    expect(report).toEqual({ outcome: 'replaced', late: LATE });
    expect(readFileSync(path, 'utf8')).toBe(NEW);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}
