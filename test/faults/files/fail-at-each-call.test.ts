import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AbsolutePath, absolutePath, gid, mode, uid } from '../../../src/core/brand.ts';
import { readGuarded } from '../../../src/files/read-file.ts';
import { createFile, leftovers, replaceFile } from '../../../src/files/write-file.ts';
import { isAvailable } from '../../integration/files/requirement.ts';
import { isRoot } from '../../unit/files/root.ts';
import { TemporaryDirectory } from '../../unit/files/temporary-directory.ts';
import { straceTrouble, type TracedCall, type TracedWrite, tracedWrite, type Verb } from './traced-write.ts';

const OLD = Buffer.alloc(32, 'o').toString();
const NEW = Buffer.alloc(32, 'n').toString();
const ACCESS = { uid: uid(33), gid: gid(33), mode: mode(0o640) };
const KILL = 'signal=KILL';
const EVERY_FAULT = ['error=EIO', 'error=ENOSPC', 'error=EPERM', 'error=EROFS', KILL];
// A disk that is full or read-only does not show in these.
const LOOKS = /^(statx|read|pread64|close|readlink)/;
const NO_LINK = '?link,?linkat:error=EPERM';
const FAILURES = ['file-write-failed', 'file-changed', 'file-unreadable', 'access-not-repaired'];
const LANES = 2;

const trouble = straceTrouble() ?? (isRoot ? null : 'root is needed to give a file to another owner');
const canTrace = isAvailable('strace', 'faults at each system call of a write', trouble);

interface Variant {
  readonly verb: Verb;
  readonly always: readonly string[];
  /** What may lie under the name after a kill. */
  readonly states: readonly string[];
}

describe.skipIf(!canTrace)('a fault at each system call', () => {
  it.each<[string, Variant]>([
    ['creating a file leaves it absent or new', { verb: 'create', always: [], states: ['absent', NEW] }],
    ['replacing a file leaves it old or new', { verb: 'replace', always: [], states: [OLD, NEW] }],
    // Documented: without link(2) a kill can leave an empty file.
    ['creating one where link(2) is refused', { verb: 'create', always: [NO_LINK], states: ['absent', '', NEW] }],
  ])('of %s, says so truthfully, and the next run finishes', async (_, variant) => {
    using scratch = new TemporaryDirectory();
    const undisturbed = await attempt(scratch, 'undisturbed', variant, []);
    expect(undisturbed.report?.outcome).toMatch(/^(created|replaced)$/);
    const cases = undisturbed.calls
      // The refused link has its own injection already.
      .map((call, index) => ({ call, index }))
      .filter(({ call }) => !call.injected)
      .flatMap(({ call, index }) => faultsOf(call).map((fault) => ({ call, index, fault })));

    await Promise.all(
      Array.from({ length: LANES }, async (_none, lane) => {
        for (let next = cases.pop(); next !== undefined; next = cases.pop()) {
          const { call, index, fault } = next;
          const result = await hit(scratch, `lane-${lane}`, variant, call, index, fault);
          judge(scratch.at(`lane-${lane}`), variant, `${fault} at call ${index}, ${call.name}`, fault, result);
        }
      }),
    );
  });
});

function faultsOf(call: TracedCall): string[] {
  return LOOKS.test(call.name) ? ['error=EIO', KILL] : EVERY_FAULT;
}

async function hit(
  scratch: TemporaryDirectory,
  lane: string,
  variant: Variant,
  call: TracedCall,
  index: number,
  fault: string,
): Promise<TracedWrite> {
  const injection = `${call.name}:${fault}:when=${call.ordinal}`;
  let result = await attempt(scratch, lane, variant, [injection]);
  // Once in some thousand runs Node itself makes a call in between, and all that follow stand one place further.
  for (let again = 0; again < 3 && result.calls[index]?.name !== call.name; again += 1) {
    result = await attempt(scratch, lane, variant, [injection]);
  }
  const struck = result.calls[index];
  // Otherwise the test would judge another fault than it names.
  expect(struck?.name, `call ${index}`).toBe(call.name);
  expect(fault === KILL ? index === result.calls.length - 1 : struck?.injected, `${fault} at call ${index}`).toBe(true);
  return result;
}

async function attempt(
  scratch: TemporaryDirectory,
  lane: string,
  variant: Variant,
  injections: readonly string[],
): Promise<TracedWrite> {
  rmSync(scratch.at(lane), { recursive: true, force: true });
  mkdirSync(scratch.at(lane));
  const path = scratch.at(lane, 'glpicrypt.key');
  if (variant.verb === 'replace') writeFileSync(path, OLD, { mode: 0o600 });
  return await tracedWrite(scratch, lane, variant.verb, path, [...variant.always, ...injections]);
}

function judge(
  place: AbsolutePath,
  { verb, states }: Variant,
  where: string,
  fault: string,
  { report, exitCode }: TracedWrite,
): void {
  const path = absolutePath(`${place}/glpicrypt.key`);
  const found = stateOf(path);
  expect(states, where).toContain(found);
  if (fault === KILL) expect(report, where).toBeNull();
  else {
    // Any other error than a Failure ends with another code.
    expect(exitCode, where).toBe(0);
    expect(report, where).not.toBeNull();
    const isNew = report?.outcome !== undefined || report?.message?.includes('is in place') === true;
    expect(found, `${where}: ${JSON.stringify(report)}`).toBe(isNew ? NEW : states[0]);
    if (!isNew) expect(FAILURES, where).toContain(report?.failure);
  }
  if (found === NEW) expect(accessOfPath(path), where).toEqual([33, 33, 0o640]);

  // Only a kill, and an unlink that fails, may leave a temporary file.
  const left = fault === KILL || where.includes('unlink') ? leftovers(place) : [];
  expect(left.length, where).toBeLessThanOrEqual(1);
  expect(readdirSync(place), where).toEqual(found === 'absent' ? [] : ['glpicrypt.key']);
  finish(verb, path);
  expect([stateOf(path), ...accessOfPath(path), statSync(path).nlink], where).toEqual([NEW, 33, 33, 0o640, 1]);
}

/** The next run: what is absent is created, what is old or malformed is replaced. */
function finish(verb: Verb, path: AbsolutePath): void {
  if (verb === 'create' && createFile(path, Buffer.from(NEW), ACCESS) === 'created') return;
  if (stateOf(path) !== NEW) replaceFile(path, Buffer.from(NEW), ACCESS, readGuarded(path)).release();
}

function stateOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : 'absent';
}

function accessOfPath(path: string): [number, number, number] {
  const stats = statSync(path);
  return [stats.uid, stats.gid, stats.mode & 0o7777];
}
