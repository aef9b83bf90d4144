import type * as Winston from 'winston';
import type { Settings } from '../config/settings.ts';
import type { Secret } from '../core/secret.ts';
import { describeError } from './describe-error.ts';
import { formatRecord, type LogFields, type LogLevel, type LogRecord } from './log-record.ts';
import { createScrubber } from './scrubber.ts';

/** Writes to standard error. Messages are static; what changes goes into the fields. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** Takes a secret out of every later record, should it ever get into one. */
  hide(secret: Secret<string> | Secret<Buffer>): void;
  /** Resolves when every record so far is written. */
  flush(): Promise<void>;
}

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** How long {@link Logger.flush} waits for a reader that does not read, in ms. */
const FLUSH_LIMIT = 2_000;

/**
 * Makes a logger that loads winston at its first record, for most runs of `init` have none.
 *
 * @param output where it writes, or what opens it at the first record
 * @param now the clock, for tests
 */
export function createLogger(
  settings: Pick<Settings, 'logLevel' | 'logFormat'>,
  output: NodeJS.WritableStream | (() => NodeJS.WritableStream),
  now: () => Date = () => new Date(),
): Logger {
  const scrubber = createScrubber();
  const most = LEVELS.indexOf(settings.logLevel);
  let sink: Promise<Winston.Logger> | null = null;
  let written: Promise<void> = Promise.resolve();

  const write = (level: LogLevel, message: string, fields: LogFields = {}) => {
    if (LEVELS.indexOf(level) > most) return;
    // The record is made now: what a field refers to may change before winston is there.
    const record: LogRecord = { time: now().toISOString(), level, message, fields: plainFields(fields) };
    const line = scrubber.clean(formatRecord(record, settings.logFormat));
    sink ??= openSink(typeof output === 'function' ? output() : output);
    const opened = sink;
    written = written.then(async () => {
      (await opened).log({ level, message: line });
    });
  };
  return {
    error: (message, fields) => write('error', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    info: (message, fields) => write('info', message, fields),
    debug: (message, fields) => write('debug', message, fields),
    hide: (secret) => scrubber.add(secret),
    async flush() {
      await written;
      if (sink === null) return;
      const opened = await sink;
      sink = null;
      await closeSink(opened);
    },
  };
}

async function openSink(stream: NodeJS.WritableStream): Promise<Winston.Logger> {
  const winston = await import('winston');
  const levels = Object.fromEntries(LEVELS.map((level, index) => [level, index]));
  return winston.createLogger({
    levels,
    level: 'debug',
    format: winston.format.printf(({ message }) => String(message)),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });
}

async function closeSink(sink: Winston.Logger): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    limit = setTimeout(resolve, FLUSH_LIMIT);
  });
  try {
    await Promise.race([new Promise<void>((resolve) => sink.once('finish', resolve).end()), timeout]);
  } finally {
    clearTimeout(limit);
  }
}

function plainFields(fields: LogFields): LogFields {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    plain[name] = value instanceof Error ? describeError(value) : value;
  }
  return plain;
}
