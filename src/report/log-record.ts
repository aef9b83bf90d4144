export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What varies in a log line: plain values, or an Error. Never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface LogRecord {
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** One line without its end: `time level message name=value …`, or one JSON object with the fields as members. */
export function formatRecord({ time, level, message, fields }: LogRecord, format: 'text' | 'json'): string {
  if (format === 'json') return JSON.stringify({ ...fields, time, level, message }, replaceBytes);
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${valueText(value)}`);
  return `${time} ${level.padEnd(5)} ${message}${pairs.join('')}`;
}

function valueText(value: unknown): string {
  // Bare where it cannot be mistaken for anything else; a line break in a value must not begin a line of its own.
  if (typeof value === 'string' && /^[^\s"=\\\p{C}]+$/u.test(value)) return value;
  return JSON.stringify(value, replaceBytes) ?? String(value);
}

/** Bytes are never logged: they may be a key. */
function replaceBytes(this: unknown, name: string, value: unknown): unknown {
  const original = typeof this === 'object' && this !== null ? Reflect.get(this, name) : value;
  if (original instanceof Uint8Array) return `[${original.length} bytes]`;
  if (typeof original === 'bigint') return String(original);
  return value;
}
