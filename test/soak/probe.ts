import { queryObjects } from 'node:v8';
import type { ProcessFigures } from './measure.ts';

/**
 * Loaded before the program (`--import`), in its process: tells what the process holds when it is asked over the IPC
 * channel. The program knows nothing of it. Counts are of the whole heap after a full collection, so that what nobody
 * refers to any more is not counted, and what is leaked anywhere is.
 */
const collect = (globalThis as { gc?: () => void }).gc;
const TimerClass = classOfTimers();
const ListenerClass = classOfListeners();

process.on('message', function tellFigures(asked: unknown) {
  if (asked === 'figures') process.send?.(readFigures());
});
// The channel must not keep a program alive that wants to end.
process.channel?.unref();

function readFigures(): ProcessFigures {
  const timers = queryObjects(TimerClass, { format: 'count' });
  const targets = queryObjects(ListenerClass, { format: 'count' });
  collect?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    resident: rss,
    heap: heapUsed,
    external,
    resources: process.getActiveResourcesInfo().length,
    timers,
    listeners: targets + emitterListeners(),
  };
}

/** On what lives as long as the process. */
function emitterListeners(): number {
  return [process, process.stdout, process.stderr].reduce(
    (total, emitter) => emitter.eventNames().reduce((count, name) => count + emitter.listenerCount(name), total),
    0,
  );
}

function classOfTimers(): Class {
  const timer = setTimeout(() => undefined, 0);
  clearTimeout(timer);
  return timer.constructor as Class;
}

/** Node's class of what an event target keeps for each listener (lib/internal/event_target.js), which it does not export. */
function classOfListeners(): Class {
  const { signal } = new AbortController();
  signal.addEventListener('abort', () => undefined);
  const kept = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kEvents');
  const events = Reflect.get(signal, kept ?? '') as Map<string, { next: { constructor: unknown } }> | undefined;
  const found = events?.get('abort')?.next.constructor;
  if (typeof found !== 'function') throw new Error('this Node keeps the listeners of event targets in another way');
  return found as Class;
}

type Class = new (...parameters: never[]) => object;
