import { ValueCipher as Cipher } from '../../../src/glpi/sealed-value.ts';
import { Remembered } from '../machine/remember.ts';

/** Stands for the module of this name in the product: the same, remembered by key and value. */
export * from '../../../src/glpi/sealed-value.ts';

interface Known {
  readonly cipher: Cipher;
  readonly opened: Map<string, Buffer | null>;
  readonly marked: Map<string, boolean>;
}

const known = new Remembered<Known>();

export class ValueCipher {
  readonly #known: Known;

  constructor(key: Buffer) {
    this.#known = known.recall(key.toString('latin1'), () => ({
      cipher: new Cipher(key),
      opened: new Map(),
      marked: new Map(),
    }));
  }

  open(sealed: Buffer): Buffer | null {
    const { cipher, opened } = this.#known;
    const value = sealed.toString('latin1');
    let plaintext = opened.get(value);
    if (plaintext === undefined) {
      plaintext = cipher.open(sealed);
      opened.set(value, plaintext);
    }
    return plaintext;
  }

  sealed(sealed: Buffer): boolean {
    const { cipher, marked } = this.#known;
    const value = sealed.toString('latin1');
    let mark = marked.get(value);
    if (mark === undefined) {
      mark = cipher.sealed(sealed);
      marked.set(value, mark);
    }
    return mark;
  }
}
