import { ValueCipher as Cipher } from '../../../src/glpi/sealed-value.ts';
import { Remembered } from '../machine/remember.ts';

/** Stands for the module of this name in the product: the same, remembered by key and value. */
export * from '../../../src/glpi/sealed-value.ts';

interface Known {
  readonly cipher: Cipher;
  readonly opened: Remembered<Buffer | null>;
  readonly marked: Remembered<boolean>;
}

const known = new Remembered<Known>();

export class ValueCipher {
  readonly #known: Known;

  constructor(key: Buffer) {
    this.#known = known.recall(key.toString('latin1'), () => ({
      cipher: new Cipher(key),
      opened: new Remembered(),
      marked: new Remembered(),
    }));
  }

  open(sealed: Buffer): Buffer | null {
    const { cipher, opened } = this.#known;
    return opened.recall(sealed.toString('latin1'), () => cipher.open(sealed));
  }

  sealed(sealed: Buffer): boolean {
    const { cipher, marked } = this.#known;
    return marked.recall(sealed.toString('latin1'), () => cipher.sealed(sealed));
  }
}
