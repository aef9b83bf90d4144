import { inspect } from 'node:util';

/**
 * Holds a value that no printer may show: `String()`, template literals, `JSON.stringify`, `console.log` and the
 * loggers all print `[redacted]`. Only {@link Secret.reveal} gives the value.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Every call is a place where a secret can leak: keep them few. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}
