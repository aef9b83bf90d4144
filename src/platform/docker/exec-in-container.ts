import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import { isRootUser } from '../is-root-user.ts';
import type { ExecOptions, ExecOutcome, PlatformObservation } from '../platform.ts';
import type { Engine } from './engine.ts';
import { readFrames } from './read-frames.ts';

/** The engine may need a moment to note the end of a command whose output has ended, in ms. */
const END_POLL = 50;

/**
 * Runs a command in the container that was found, if that is certainly GLPI's: one that mounts another volume than the
 * guarded one is left alone.
 *
 * @param look looks for the container afresh
 * @throws the reason of the options' signal once that is aborted
 */
export async function execInContainer(
  engine: Engine,
  look: (signal: AbortSignal) => Promise<PlatformObservation>,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecOutcome> {
  const { signal, timeout, user, workingDirectory, outputLimit } = options;
  signal.throwIfAborted();
  if (isRootUser(user)) return unavailable('no command is run as root in the container of GLPI');
  const deadline = AbortSignal.timeout(timeout);
  const either = AbortSignal.any([signal, deadline]);
  try {
    const { container, running, findings } = await look(either);
    const wrong = findings.find((each) => each.code === 'guarding-another-volume' && each.severity === 'error');
    if (wrong !== undefined) return unavailable(wrong.message);
    if (container === null) return unavailable(findings[0]?.message ?? 'the container of GLPI was not found');
    if (running !== true) return unavailable(`the container ${container.name} does not run`);
    const started = await engine.startCommand(container.id, { command, user, workingDirectory }, either);
    const { output, errors, cut } = await readFrames(started.stream, outputLimit);
    let exitCode = await started.exitCode(either);
    while (exitCode === null) {
      await sleep(END_POLL, undefined, { signal: either });
      exitCode = await started.exitCode(either);
    }
    return { kind: 'ended', exitCode, output, errors, cut };
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) {
      return { kind: 'timed-out', message: `${command.join(' ')} did not end within ${timeout / 1000} s` };
    }
    return outcomeOf(error);
  }
}

function outcomeOf(error: unknown): ExecOutcome {
  if (error instanceof Failure) {
    const kind = error.code === 'platform-denied' ? 'denied' : 'unavailable';
    return { kind, message: error.message };
  }
  // A stream that breaks throws whatever its socket did.
  return unavailable(`the output of the command was lost (${error instanceof Error ? error.message : String(error)})`);
}

function unavailable(message: string): ExecOutcome {
  return { kind: 'unavailable', message };
}
