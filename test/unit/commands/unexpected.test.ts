import { describe, expect, it } from 'vitest';
import { describeUnexpected } from '../../../src/commands/unexpected.ts';

describe('an unexpected error', () => {
  it('is told by name, code and place, on one line and without its message', () => {
    const error = Object.assign(new TypeError('hunter2\nplanted'), { code: 'ERR_X' });

    const text = describeUnexpected(error);

    expect(text).toMatch(/^unexpected TypeError ERR_X at \S*unexpected\.test\.ts:\d+:\d+\. /);
    expect(text).not.toMatch(/hunter2|planted|\n/);
  });

  it.each([['planted'], [null], [undefined], [{ planted: 'planted' }]])('may be %j, which is not shown', (thrown) => {
    expect(describeUnexpected(thrown)).toMatch(/^unexpected (string|object|undefined)\. /);
  });
});
