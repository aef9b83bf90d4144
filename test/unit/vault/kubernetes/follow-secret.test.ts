import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followSecret } from '../../../../src/vault/kubernetes/follow-secret.ts';
import type { SecretSession } from '../../../../src/vault/kubernetes/secret-session.ts';
import type { Vault } from '../../../../src/vault/vault.ts';
import { QUICK_FOLLOW } from '../../../stand-in/kubernetes/connect.ts';
import { draftOf } from '../draft-of.ts';
import { SECRET, type SecretPlace, secretPlace } from './secret-place.ts';

let place: SecretPlace;
let session: SecretSession;
let own: Vault;
let changes: number;
let stop: AbortController;
let following: Promise<void>;

beforeEach(async () => {
  place = await secretPlace();
  session = place.session();
  own = await place.open({}, session);
  await own.add(draftOf('a'));
  [changes, stop] = [0, new AbortController()];
  const onChange = (): void => {
    changes += 1;
  };
  following = followSecret(session, onChange, stop.signal, QUICK_FOLLOW);
  await vi.waitFor(() => expect(place.double.watches.count).toBe(1), { timeout: 5000, interval: 5 });
});

afterEach(async () => {
  stop.abort();
  await following;
  await place[Symbol.asyncDispose]();
});

async function untilChanged(): Promise<void> {
  await vi.waitFor(() => expect(changes).toBeGreaterThan(0), { timeout: 5000, interval: 5 });
}

describe('following a vault in a Secret', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['another keeper adds a generation', async () => (await place.open()).add(draftOf('b'))],
    ['somebody edits a generation', () => place.edit(place.generationEntry(1), Buffer.from('x'))],
    ['somebody deletes the Secret', async () => place.double.objects.delete(SECRET)],
    ['somebody makes it immutable', async () => place.double.objects.patch(SECRET, { immutable: true })],
  ])('tells when %s', async (_, change) => {
    await change();

    await untilChanged();
  });

  it('tells when the API server is back', async () => {
    await place.double.stop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await place.double.start();

    await untilChanged();
  });

  it('tells nothing of records, which every keeper writes now and then', async () => {
    await (await place.open()).keepRecord('presence', ['here'], { confidential: false });
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(changes).toBe(0);
  });
});
