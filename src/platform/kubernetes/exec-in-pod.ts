import * as z from 'zod/mini';
import { Failure } from '../../core/failure.ts';
import type { ApiClient } from '../../kubernetes/api-client.ts';
import { refused } from '../../kubernetes/api-failure.ts';
import { type ChannelPart, openCommandChannel } from '../../kubernetes/command-channel.ts';
import { type ObjectPlace, objectPath } from '../../kubernetes/object-place.ts';
import { isRootUser } from '../is-root-user.ts';
import { KeptOutput } from '../kept-output.ts';
import type { ExecOptions, ExecOutcome, PlatformObservation } from '../platform.ts';

/**
 * The API runs a command as the container's own user, in its own directory, so a shell there goes where it is wanted and
 * becomes who it is to be: the kubelet cannot. Its own failures end with 125 and this word.
 */
const WRAPPER = `fail() { echo "keykeeper: $1" >&2; exit 125; }
user=$1 group=$2 directory=$3; shift 3
case $user in *[!0-9]*) wanted=$(id -u "$user") || fail "there is no user $user";; *) wanted=$user;; esac
[ "$wanted" != 0 ] || fail "no command is run as root in the container of GLPI"
cd "$directory" || fail "$directory cannot be entered"
[ "$(id -u)" != "$wanted" ] || exec "$@"
[ "$(id -u)" = 0 ] || fail "the container runs as $(id -u), not as $user"
exec setpriv --reuid="$wanted" --regid="\${group:-$wanted}" --clear-groups -- "$@" || fail "setpriv cannot be run"`;
const WRAPPER_FAILED = 125;
const OUTPUT = 1;
const ERRORS = 2;
const STATUS = 3;

/**
 * Runs a command in the container that was found, if that is certainly GLPI's: one that mounts another volume than the
 * guarded one is left alone.
 *
 * @param place of the pod
 * @param look looks for the container afresh
 * @throws the reason of the options' signal once that is aborted
 */
export async function execInPod(
  client: ApiClient,
  place: ObjectPlace,
  look: (signal: AbortSignal) => Promise<PlatformObservation>,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecOutcome> {
  const { signal, timeout, user } = options;
  signal.throwIfAborted();
  if (isRootUser(user)) return unavailable('no command is run as root in the container of GLPI');
  const deadline = AbortSignal.timeout(timeout);
  const either = AbortSignal.any([signal, deadline]);
  try {
    const { container, findings } = await look(either);
    const wrong = findings.find((each) => each.code === 'guarding-another-volume' && each.severity === 'error');
    if (wrong !== undefined) return unavailable(wrong.message);
    if (container === null) return unavailable(findings[0]?.message ?? 'the container of GLPI was not found');
    if (container.startedAt === null) return unavailable(`the container ${container.name} does not run`);
    const path = execPath(place, container.name, wrapped(command, options));
    const opened = await openCommandChannel(client.connection, path, either);
    if (opened.kind === 'refused') throw refused({ ...place, resource: 'pods/exec' }, 'get', opened.refusal);
    return await readOutcome(opened.parts, options.outputLimit);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) {
      return { kind: 'timed-out', message: `${command.join(' ')} did not end within ${timeout / 1000} s` };
    }
    return outcomeOf(error);
  }
}

function wrapped(command: readonly string[], { user, workingDirectory }: ExecOptions): string[] {
  const [name = '', group = ''] = user.split(':');
  return ['sh', '-c', WRAPPER, 'sh', name, group, workingDirectory, ...command];
}

function execPath(place: ObjectPlace, container: string, command: readonly string[]): string {
  const query = new URLSearchParams({ container, stdout: 'true', stderr: 'true' });
  for (const word of command) query.append('command', word);
  return `${objectPath(place)}/exec?${query}`;
}

const statusShape = z.looseObject({
  status: z.string(),
  message: z.optional(z.string()),
  details: z.optional(
    z.looseObject({
      causes: z.optional(z.array(z.looseObject({ reason: z.optional(z.string()), message: z.optional(z.string()) }))),
    }),
  ),
});

async function readOutcome(parts: AsyncIterable<ChannelPart>, limit: number): Promise<ExecOutcome> {
  const [output, errors] = [new KeptOutput(limit), new KeptOutput(limit)];
  let ended: number | null = null;
  for await (const { channel, bytes } of parts) {
    if (channel === OUTPUT) output.add(bytes);
    else if (channel === ERRORS) errors.add(bytes);
    else if (channel === STATUS) ended = exitCodeIn(bytes);
  }
  if (ended === null) return unavailable('the output of the command was lost');
  const said = errors.text();
  const reason = /^keykeeper: (.*)$/m.exec(said)?.[1];
  if (ended === WRAPPER_FAILED && reason !== undefined) return unavailable(reason);
  return { kind: 'ended', exitCode: ended, output: output.text(), errors: said, cut: output.cut || errors.cut };
}

/** The Status object that ends a command. @throws Failure 'kubernetes-refused' when it could not even begin */
function exitCodeIn(bytes: Buffer): number {
  const { status, message = '', details } = z.parse(statusShape, JSON.parse(bytes.toString('utf8')));
  if (status === 'Success') return 0;
  const code = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code !== undefined && /^\d+$/.test(code)) return Number(code);
  throw new Failure('kubernetes-refused', `the command could not be run: ${message.slice(0, 300)}`);
}

function outcomeOf(error: unknown): ExecOutcome {
  if (error instanceof Failure) {
    if (error.code !== 'kubernetes-denied') return unavailable(error.message);
    return { kind: 'denied', message: `${error.message}; ${EXEC_RULE} in the Role would allow it` };
  }
  // A stream that breaks throws whatever its socket did.
  return unavailable(`the output of the command was lost (${error instanceof Error ? error.message : String(error)})`);
}

/** The API server asks for `get` where a WebSocket is opened, from Kubernetes 1.35 on for `create` too. */
const EXEC_RULE = '{apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"]}';

function unavailable(message: string): ExecOutcome {
  return { kind: 'unavailable', message };
}
