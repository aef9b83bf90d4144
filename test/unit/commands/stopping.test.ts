import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { followStopSignals } from '../../../src/commands/stop-signal.ts';

function followed() {
  const source = new EventEmitter();
  const exits: number[] = [];
  const stop = followStopSignals(source as unknown as NodeJS.Process, (code) => exits.push(code));
  return { source, exits, stop };
}

describe('a stop signal', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ])('%s asks for a graceful end the first time, and ends at once the second time', (name, code) => {
    const { source, exits, stop } = followed();
    using _ = stop;

    source.emit(name, name);
    const afterFirst = [stop.signal.aborted, stop.exitCode, [...exits]];
    source.emit(name, name);

    expect(afterFirst).toEqual([true, code, []]);
    expect(exits).toEqual([code]);
  });

  it('counts as the second one whatever the first was', () => {
    const { source, exits, stop } = followed();
    using _ = stop;

    source.emit('SIGTERM', 'SIGTERM');
    source.emit('SIGINT', 'SIGINT');

    expect([stop.exitCode, exits]).toEqual([143, [130]]);
  });

  it('is left to others once nobody follows', () => {
    const { source, stop } = followed();

    stop[Symbol.dispose]();

    expect(source.eventNames()).toEqual([]);
    expect(stop.exitCode).toBeNull();
  });
});
