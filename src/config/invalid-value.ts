/**
 * Thrown by the readers of single values, and turned into a Failure by whoever knows which setting it was. The message
 * continues "KEYKEEPER_X …" and repeats nothing of the value, which may be a secret put in the wrong place; `instead` may,
 * where the value can be none.
 */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue';
  /** What would have been right. */
  readonly expected: string;
  /** A value to try instead, or undefined. */
  readonly instead: string | undefined;

  constructor(message: string, expected: string, instead?: string) {
    super(message);
    this.expected = expected;
    this.instead = instead;
  }
}
