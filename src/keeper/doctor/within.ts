import { pause } from '../pause.ts';

/** What came in time, or that nothing did. */
export type InTime<T> = { readonly kind: 'in-time'; readonly value: T } | { readonly kind: 'late' };

/**
 * Waits for `work` at most `limit` ms; then its signal is aborted, and it is no longer waited for, whatever it makes of
 * that.
 *
 * @throws what `work` throws in time; the reason of `signal`
 */
export async function within<T>(
  limit: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<InTime<T>> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const late = pause(limit, either).then(
    (): InTime<T> => ({ kind: 'late' }),
    () => Promise.reject(signal.reason),
  );
  late.catch(() => undefined);
  const done = work(either).then((value): InTime<T> => ({ kind: 'in-time', value }));
  done.catch(() => undefined);
  try {
    return await Promise.race([done, late]);
  } finally {
    over.abort();
  }
}
