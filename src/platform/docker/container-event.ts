/** One event of the engine about a container. */
export interface ContainerEvent {
  readonly id: string;
  /** `start`, `die`, `health_status: healthy`, … */
  readonly action: string;
  /** Labels of the container, and `name`, `image`, `exitCode`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Turns in a container's life that are asked of the engine. Not `exec_…`: every health check is one. */
export const FOLLOWED_ACTIONS = [
  'create',
  'start',
  'restart',
  'die',
  'oom',
  'pause',
  'unpause',
  'rename',
  'destroy',
  'health_status',
] as const;

/** Longest event that is waited for, in characters; a container's labels are in it. */
const LONGEST_EVENT = 1024 * 1024;

/**
 * Splits the engine's stream into events. They come as JSON objects, one a line; what is none is skipped, for a missed
 * event costs only time.
 * @throws RangeError when a line has no end: this is not the engine's stream.
 */
export async function* readEvents(stream: AsyncIterable<unknown>): AsyncGenerator<ContainerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest +=
      typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? decoder.decode(chunk, { stream: true }) : '';
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_EVENT) throw new RangeError('expected events of one line each');
    for (const line of lines) {
      const event = parseEvent(line);
      if (event !== null) yield event;
    }
  }
}

function parseEvent(line: string): ContainerEvent | null {
  const parsed = parseJson(line);
  if (!isRecord(parsed) || !isRecord(parsed.Actor)) return null;
  const { Action: action, Type: type } = parsed;
  const { ID: id, Attributes: attributes } = parsed.Actor;
  if (type !== 'container' || typeof action !== 'string' || typeof id !== 'string') return null;
  const texts = isRecord(attributes) ? Object.entries(attributes).filter(isTextEntry) : [];
  return { id, action, attributes: Object.fromEntries(texts) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isTextEntry(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}
