import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Failure, systemCode } from '../../../src/core/failure.ts';

describe('Failure', () => {
  it('carries code, target, expectation, a line to try and its cause', () => {
    const cause = new Error('EACCES');

    const failure = new Failure('vault-unwritable', 'cannot write to /vault', {
      target: '/vault',
      expected: 'a directory that uid 33 can write to',
      try: 'chown 33:33 /vault',
      cause,
    });

    expect(failure).toBeInstanceOf(Error);
    expect({ ...failure, message: failure.message, cause: failure.cause }).toEqual({
      name: 'Failure',
      code: 'vault-unwritable',
      message: 'cannot write to /vault',
      target: '/vault',
      expected: 'a directory that uid 33 can write to',
      try: 'chown 33:33 /vault',
      cause,
    });
  });

  it('has no cause of its own when none is given', () => {
    const failure = new Failure('refused', 'no');

    expect('cause' in failure).toBe(false);
    expect([failure.target, failure.expected, failure.try]).toEqual([undefined, undefined, undefined]);
  });

  it('says its name where it is printed', () => {
    expect(String(new Failure('refused', 'no'))).toBe('Failure: no');
  });
});

describe('systemCode', () => {
  it('gives the name of a system error', () => {
    let caught: unknown;
    try {
      readFileSync(`${import.meta.dirname}/no-such-file`);
    } catch (error) {
      caught = error;
    }

    expect(systemCode(caught)).toBe('ENOENT');
  });

  it.each([[undefined], [null], ['ENOENT'], [new Error('no code')], [{ code: 2 }], [{}]])(
    'gives nothing for %o',
    (error) => {
      expect(systemCode(error)).toBeUndefined();
    },
  );
});
