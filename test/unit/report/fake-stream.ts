import { Writable } from 'node:stream';

/** A stream that keeps what is written to it. */
export class FakeStream extends Writable {
  text = '';
  readonly isTTY: boolean;

  constructor({ isTTY = false } = {}) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
