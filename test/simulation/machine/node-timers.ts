import { theMachine } from './machine.ts';

/** Stands for `node:timers/promises` in the product's modules. */
export async function setTimeout<T>(
  duration?: number,
  value?: T,
  options: { readonly signal?: AbortSignal } = {},
): Promise<T | undefined> {
  await theMachine().clock.wait(duration ?? 0, options.signal);
  return value;
}

export async function setImmediate<T>(value?: T): Promise<T | undefined> {
  await theMachine().clock.wait(0);
  return value;
}
