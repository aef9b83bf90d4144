import { describe, expect, it } from 'vitest';
import { generation, KEY_A, observe, regularFile, type Scene, vaultOf } from '../build-observation.ts';
import { decide } from '../decide.ts';
import { createFile, createKey, FROM_MEMORY, from } from '../expected-actions.ts';

const PAIR = { 'oauth.pem': 'private half', 'oauth.pub': 'public half' };
const WITH_PAIR = generation(1, { texts: PAIR });
const HALF = generation(2, { texts: { 'oauth.pem': 'private half' } });

function actionsOn(scene: Scene) {
  const { actions } = decide(observe({ key: 'absent', ...scene }));
  return actions.filter((each) => each.target.startsWith('oauth'));
}

describe('the OAuth pair', () => {
  it('comes back whole, before the key', () => {
    const decision = decide(observe({ key: 'absent', vault: vaultOf(WITH_PAIR) }));

    expect(decision.actions).toEqual([
      createFile('oauth.pem', from(1)),
      createFile('oauth.pub', from(1)),
      createKey(KEY_A, from(1)),
    ]);
  });

  it('comes from one generation, not its halves from two', () => {
    expect(actionsOn({ vault: vaultOf(WITH_PAIR, HALF) })).toEqual([
      createFile('oauth.pem', from(1)),
      createFile('oauth.pub', from(1)),
    ]);
  });

  it('never comes back by half', () => {
    expect(actionsOn({ vault: vaultOf(HALF) })).toEqual([]);
  });

  it.each([
    ['oauth.pem', 'oauth.pub'],
    ['oauth.pub', 'oauth.pem'],
  ] as const)('is completed with %s where the other half is the very one of the pair', (absent, present) => {
    const files = { [present]: PAIR[present] };

    expect(actionsOn({ files, vault: vaultOf(WITH_PAIR) })).toEqual([createFile(absent, from(1))]);
  });

  it('is not completed beside a half of another pair', () => {
    const files = { 'oauth.pub': 'of another pair' };

    const decision = decide(observe({ key: 'absent', files, vault: vaultOf(WITH_PAIR) }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
    expect(decision.codes).toEqual(['oauth-pair-incomplete']);
  });

  it('is not completed beside a half that is not even a file', () => {
    expect(
      actionsOn({ files: { 'oauth.pub': { kind: 'special', type: 'symlink' } }, vault: vaultOf(WITH_PAIR) }),
    ).toEqual([]);
  });

  it('is left alone where both halves are there, whatever they are', () => {
    expect(actionsOn({ files: { 'oauth.pem': 'x', 'oauth.pub': 'y' }, vault: vaultOf(WITH_PAIR) })).toEqual([]);
  });

  it('stays away when an administrator removed it since', () => {
    const removed = generation(2, { removed: ['oauth.pem', 'oauth.pub'] });

    expect(actionsOn({ vault: vaultOf(WITH_PAIR, removed) })).toEqual([]);
  });

  it('stays away from a live key and config_db.php: then an administrator removed it', () => {
    expect(actionsOn({ key: KEY_A, vault: vaultOf(WITH_PAIR) })).toEqual([]);
  });

  it('cannot come from a generation that nobody can open', () => {
    const vault = vaultOf(generation(1), generation(2, { texts: PAIR, sealed: true }));

    expect(actionsOn({ vault })).toEqual([]);
  });

  it('comes from memory whole where this watch saw both halves', () => {
    const files = { 'oauth.pem': regularFile('newer'), 'oauth.pub': regularFile('newer too') };
    const memory = { trusted: KEY_A, files };

    expect(actionsOn({ stage: 'guard', vault: vaultOf(WITH_PAIR), memory })).toEqual([
      createFile('oauth.pem', FROM_MEMORY),
      createFile('oauth.pub', FROM_MEMORY),
    ]);
  });

  it.each<[string, Scene['memory']]>([
    ['holds one half', { trusted: KEY_A, files: { 'oauth.pem': regularFile('newer') } }],
    ['holds the other half', { trusted: KEY_A, files: { 'oauth.pub': regularFile('newer') } }],
    [
      'was never trusted',
      { trusted: null, files: { 'oauth.pem': regularFile('newer'), 'oauth.pub': regularFile('newer') } },
    ],
  ])('comes from the vault where memory %s', (_, memory) => {
    const scene = { stage: 'guard', vault: vaultOf(WITH_PAIR), ...(memory === undefined ? {} : { memory }) } as const;

    expect(actionsOn(scene)).toEqual([createFile('oauth.pem', from(1)), createFile('oauth.pub', from(1))]);
  });
});
