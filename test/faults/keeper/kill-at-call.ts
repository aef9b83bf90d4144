import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

/**
 * Preloaded into a command (`node --import`): counts what it does to files and what it says to the database, from the
 * moment it writes beside the key on (from the start with `KILLED_FROM=start`), and kills the process at the call that `KILLED_AT` names, before
 * or after it. Calls are named by their number, which begins anew where the rows are written: what the vault needs before
 * differs from run to run. The file `KILLED_CALLS` gets the list of them: name, a space, what is called.
 */
const at = process.env.KILLED_AT;
const after = process.env.KILLED_WHEN === 'after';
const list = process.env.KILLED_CALLS;
const append = fs.appendFileSync;
let phase = 0;
let count = 0;
let armed = process.env.KILLED_FROM === 'start';

function around<T>(name: string, call: () => T): T {
  if (!armed) return call();
  if (name === 'START TRANSACTION READ WRITE') {
    phase += 1;
    count = 0;
  }
  count += 1;
  const called = `${phase}:${count}`;
  if (list !== undefined) append(list, `${called} ${name}\n`);
  if (called === at && !after) process.kill(process.pid, 'SIGKILL');
  const result = call();
  if (called === at && after) process.kill(process.pid, 'SIGKILL');
  return result;
}

type Call = (...args: unknown[]) => unknown;

const calls = fs as unknown as Record<string, Call>;
for (const name of [
  'writeSync',
  'renameSync',
  'linkSync',
  'unlinkSync',
  'fsyncSync',
  'fsync',
  'mkdirSync',
  'futimesSync',
  'fchmodSync',
  'fchownSync',
  'openSync',
]) {
  const real = calls[name] as Call;
  calls[name] = (...args) => {
    // Only what is written counts: O_RDONLY is 0.
    if (name === 'openSync' && (Number(args[1]) & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) === 0)
      return real(...args);
    if (name === 'openSync' && /\/\.keykeeper-[^/]*\.tmp$/.test(String(args[0]))) armed = true;
    return around(name, () => real(...args));
  };
}
syncBuiltinESMExports();

const write = Socket.prototype.write as Call;
Socket.prototype.write = function counted(this: Socket, ...args: unknown[]) {
  return around(statementOf(args[0]), () => write.apply(this, args)) as boolean;
} as typeof Socket.prototype.write;

/** The first words of a COM_QUERY packet: 3 bytes of length, a number, the command 3, then the text. */
function statementOf(bytes: unknown): string {
  if (!Buffer.isBuffer(bytes) || bytes[4] !== 3) return 'packet';
  return bytes.toString('latin1', 5, 45).replace(/\s+/g, ' ');
}
