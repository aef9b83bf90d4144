import { describe, expect, it } from 'vitest';
import { gid, mode, uid } from '../../../../src/core/brand.ts';
import { answers, KEY_A, observe, silentDatabase, valuesOf } from '../build-observation.ts';
import { decide } from '../decide.ts';

const DIRECTORY = { kind: 'special', type: 'directory' } as const;
const CLOSED = {
  kind: 'unreadable',
  cause: 'EACCES',
  access: { uid: uid(0), gid: gid(0), mode: mode(0), links: 1 },
} as const;

describe('the live key cannot be read: unreadable', () => {
  it('repairs owner and mode and does nothing else', () => {
    const decision = decide(observe({ key: CLOSED }));

    expect(decision).toEqual({
      verdict: 'unreadable',
      need: 'nothing',
      obstacle: 'unreadable',
      actions: [
        {
          action: 'repair-access',
          target: 'glpicrypt.key',
          wanted: { uid: 33, gid: 33, mode: 0o600 },
        },
      ],
      codes: ['key-unreadable'],
    });
  });

  it.each([
    ['a vault key opens values', answers(valuesOf({ under: [KEY_A] }))],
    ['no known key opens any: the unread one was not tried', answers(valuesOf({}))],
    ['a sample was read', answers(valuesOf({ under: [KEY_A] }), { coverage: 'sample' })],
    ['the database does not answer', silentDatabase()],
    ['there is no database by choice', { kind: 'none' } as const],
  ])('never replaces what stands in its place when %s', (_, database) => {
    const decision = decide(observe({ key: DIRECTORY, database }));

    expect(decision).toMatchObject({ verdict: 'unreadable', obstacle: 'unreadable', need: 'nothing', actions: [] });
  });

  it('does not replace it when an operator names a key either, for its bytes are saved nowhere', () => {
    const decision = decide(observe({ key: DIRECTORY }), { wanted: KEY_A });

    expect(decision).toMatchObject({ obstacle: 'unreadable', actions: [] });
  });

  it('leaves an absent config_db.php absent', () => {
    const decision = decide(observe({ key: DIRECTORY, files: { 'config_db.php': null } }));

    expect(decision.actions).toEqual([]);
  });
});
