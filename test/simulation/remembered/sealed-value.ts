import { ValueCipher as Cipher } from '../../../src/glpi/sealed-value.ts';
import { Remembered, recallFrom } from '../machine/remember.ts';

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
    return recallFrom(opened, sealed.toString('latin1'), () => cipher.open(sealed));
  }

  sealed(sealed: Buffer): boolean {
    const { cipher, marked } = this.#known;
    return recallFrom(marked, sealed.toString('latin1'), () => cipher.sealed(sealed));
  }
}
