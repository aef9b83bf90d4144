import { type Backoff, pause, waitBefore } from './backoff.ts';
import { type ContainerEvent, readEvents } from './container-event.ts';

export interface FollowTimings {
  readonly backoff: Backoff;
  /** A stream that lived this long, in ms, was a good one: the next waits start small again. */
  readonly goodAfter: number;
  /** How often, in ms, the engine is asked whether something changed that no event told. */
  readonly lookEvery: number;
  /** How long, in ms, an event may come after the change that it tells of. */
  readonly eventDelay: number;
}

export interface EventSource {
  /** Opens the engine's stream; it ends when `signal` is aborted. */
  open(signal: AbortSignal): Promise<AsyncIterable<unknown>>;
  /** The state of everything that matters, as a text that is equal when nothing changed. */
  look(signal: AbortSignal): Promise<string>;
  /** Whether the event may concern GLPI. */
  concerns(event: ContainerEvent): boolean;
  /** Told when the stream could not be opened or was lost (the failure), and when it is there again (null). */
  onTrouble(trouble: unknown): void;
}

/** What the one who is hinted at knows, kept by whoever looks. */
export interface Known {
  /** What was seen last, as `look` gives it; null since an event told that it changed, and before the first look. */
  text: string | null;
  /** Events that concerned GLPI so far: a look during which one came may have seen the time before it. */
  events: number;
}

/**
 * Follows the engine's events for as long as `signal` is not aborted; never rejects. Every event is a hint. After each
 * connection everything is looked at afresh, so that nothing that happened in between is lost: `onChange` is called after
 * every reconnection, and after the first connection when something differs from `known`.
 *
 * A stream can be dead without its end being told (a proxy restarted, a cable). So the state is also looked at now and
 * then: a change without an event means that the stream is deaf, and it is opened anew.
 */
export async function followEvents(
  source: EventSource,
  known: Known,
  onChange: (reason: string) => void,
  signal: AbortSignal,
  timings: FollowTimings,
): Promise<void> {
  let attempt = 0;
  let connections = 0;

  const followOnce = async (): Promise<void> => {
    using ending = endingWith(signal);
    const stream = await source.open(ending.signal);
    const seen = await source.look(ending.signal);
    source.onTrouble(null);
    connections += 1;
    if (connections > 1) onChange('docker: connected again');
    else if (known.text !== null && known.text !== seen) onChange('docker: changed before it was followed');
    known.text = seen;
    void watchForDeafness(source, known, onChange, ending, timings);
    for await (const event of readEvents(stream)) {
      if (!source.concerns(event)) continue;
      known.events += 1;
      known.text = null;
      onChange(describeEvent(event));
    }
  };

  while (!signal.aborted) {
    const opened = performance.now();
    try {
      await followOnce();
    } catch (trouble) {
      if (!signal.aborted) source.onTrouble(trouble);
    }
    attempt = performance.now() - opened >= timings.goodAfter ? 0 : attempt + 1;
    await pause(waitBefore(attempt, timings.backoff, Math.random()), signal);
  }
}

interface Ending extends Disposable {
  readonly signal: AbortSignal;
  end(): void;
}

/** A signal that is aborted with `outer`, by `end()`, or when the block is left. */
function endingWith(outer: AbortSignal): Ending {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  return { signal: AbortSignal.any([outer, controller.signal]), end, [Symbol.dispose]: end };
}

async function watchForDeafness(
  source: EventSource,
  known: Known,
  onChange: (reason: string) => void,
  ending: Ending,
  timings: FollowTimings,
): Promise<void> {
  try {
    while (!ending.signal.aborted) {
      await pause(timings.lookEvery, ending.signal);
      const { text, events } = known;
      const seen = await source.look(ending.signal);
      const changed = text !== null && text !== seen;
      if (changed) await pause(timings.eventDelay, ending.signal);
      if (known.events !== events) continue;
      known.text = seen;
      if (!changed) continue;
      onChange('docker: changed without an event');
      return ending.end();
    }
  } catch {
    // The engine does not answer: the connection is opened anew, and that says why not.
    ending.end();
  }
}

function describeEvent(event: ContainerEvent): string {
  const name = event.attributes.name ?? event.id.slice(0, 12);
  const code = event.action === 'die' ? ` (exit code ${event.attributes.exitCode ?? 'unknown'})` : '';
  return `docker: ${name} ${event.action}${code}`;
}
