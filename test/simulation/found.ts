import type { SourceChange } from './machine/bundle.ts';
import type { PromiseName } from './model/promises.ts';
import type { Step } from './script.ts';

/** A history that broke a promise once, made as small as it goes. */
export interface FoundHistory {
  readonly name: string;
  readonly broke: PromiseName;
  readonly seed: number;
  readonly script: readonly Step[];
  /** Brings back what was mended: in the product, or in what the simulation itself expects of it. */
  readonly unmended: readonly SourceChange[];
}

export const FOUND: readonly FoundHistory[] = [
  {
    name: 'a watch whose vault failed for a moment replaces a key that is written as hex, and nobody else has it',
    broke: 'never-lose',
    seed: 295,
    script: [
      { name: 'a watch is started', choice: 1484967185, pause: 5 },
      { name: 'a form is saved unchanged', choice: 2379474584, pause: 45000 },
      { name: 'a system call will fail', choice: 1521986844, pause: 60 },
      { name: 'the config volume is lost', choice: 1271299284, pause: 5 },
      { name: 'another key is put in its place, as hex', choice: 2515348528, pause: 60 },
    ],
    unmended: [
      {
        file: 'core/plan.ts',
        from: "return candidates.some((each) => each.origin === 'decoded' && each.fingerprint !== wanted);",
        to: 'return false;',
      },
    ],
  },
  {
    name: 'a watch ends because the folder of its vault could not be listed once',
    broke: 'no-defect',
    seed: 14,
    script: [
      { name: 'the database goes away', choice: 3566760384, pause: 1000 },
      { name: 'a watch is started', choice: 3104100738, pause: 60 },
      { name: 'a system call will fail', choice: 678317316, pause: 45000 },
    ],
    unmended: [
      {
        file: 'vault/directory/open-directory-vault.ts',
        from: "removeTemporaries(place);\n  } catch (error) {\n    throw vaultFailure(error, place.folder, 'read');",
        to: 'removeTemporaries(place);\n  } catch (error) {\n    throw error;',
      },
    ],
  },
  {
    name: 'a watch that lost its lease right after it replaced a key fails without saying why',
    broke: 'no-defect',
    seed: 20002770,
    script: [
      { name: 'an editor adds a newline to the key file', choice: 3223642848, pause: 45000 },
      { name: 'an editor adds a newline to the key file', choice: 1578501641, pause: 60 },
      { name: 'a watch is started', choice: 1983111985, pause: 60 },
      { name: 'a keeper stalls', choice: 129220251, pause: 1000 },
    ],
    unmended: [
      {
        file: 'keeper/late-bytes.ts',
        from: 'await pause(wait, context.signal).catch(() => undefined);',
        to: 'await pause(wait, context.signal);',
      },
      { file: 'keeper/pause.ts', from: 'signal.throwIfAborted();', to: '' },
    ],
  },
  {
    name: 'two inits run, one of which could not have the lease, and a key is put in the place of the live one meanwhile',
    broke: 'never-unreadable',
    seed: 42313726,
    script: [
      { name: 'the key file is deleted', choice: 3433125548, pause: 5 },
      { name: 'a registration key is entered', choice: 1892308537, pause: 1000 },
      { name: 'a watch is started', choice: 239378170, pause: 5 },
      { name: 'the key file is deleted', choice: 3653823536, pause: 60 },
      { name: 'GLPI rotates its key', choice: 1518078564, pause: 12000 },
      { name: 'a system call will fail', choice: 3021754115, pause: 1000 },
      { name: 'an administrator makes a copy', choice: 4294182003, pause: 1000 },
      { name: 'the power is cut', choice: 567204665, pause: 12000 },
      { name: 'a secret is saved', choice: 1339775830, pause: 12000 },
      { name: 'two inits run', choice: 3384924891, pause: 12000 },
      { name: 'GLPI is stopped', choice: 127189368, pause: 1000 },
      { name: 'a system call will fail', choice: 2296710504, pause: 5 },
      { name: 'another key is put in its place', choice: 2878335520, pause: 1000 },
    ],
    unmended: [
      { file: 'keeper/apply.ts', from: 'if (!context.alone) {', to: 'if (false) {' },
      {
        file: 'keeper/require-live-key.ts',
        from: "if (now.kind !== 'regular' || !now.content.reveal().equals(live)) throw fileChanged(path);",
        to: '',
      },
    ],
  },
  {
    name: "a key that ends in a carriage return gets an editor's newline, and opens as much as the kept one",
    broke: 'heals',
    seed: 42416812,
    script: [
      { name: 'an init runs', choice: 1883897668, pause: 12000 },
      { name: 'another key is put in its place', choice: 2121026632, pause: 5 },
      { name: 'a secret is saved', choice: 4140675361, pause: 60 },
      { name: 'a registration key is entered', choice: 3950064270, pause: 1000 },
      { name: 'a secret is saved', choice: 696286965, pause: 45000 },
      { name: 'an editor adds a newline to the key file', choice: 3389258800, pause: 5 },
    ],
    unmended: [
      {
        file: '../test/simulation/model/keys-written-in.ts',
        from: 'if (bytes.length === KEY_BYTES + 1 && bytes.at(-1) === 0x0a) return [bytes.subarray(0, KEY_BYTES)];',
        to: '',
      },
    ],
  },
  {
    name: 'a keeper is killed between keeping a key and saying so, and that key opens as much as the other',
    broke: 'level-triggered',
    seed: 42687499,
    script: [
      { name: 'the config volume is lost', choice: 3113372367, pause: 45000 },
      { name: 'a form is saved unchanged', choice: 1718009994, pause: 1000 },
      { name: 'a watch is started', choice: 1696512478, pause: 45000 },
      { name: 'a system call will fail', choice: 22115355, pause: 45000 },
      { name: 'a keeper will be killed at a system call', choice: 1815593828, pause: 5 },
      { name: 'a watch is started', choice: 2604165216, pause: 60 },
      { name: 'GLPI rotates its key', choice: 824187936, pause: 60 },
      { name: 'the key file is deleted', choice: 3805466612, pause: 45000 },
    ],
    unmended: [{ file: '../test/simulation/model/promises.ts', from: '...lying, ', to: '' }],
  },
  {
    name: 'a registration row is lost while everything is empty under the live key',
    broke: 'registration',
    seed: 42202745,
    script: [
      { name: 'GLPI rotates its key', choice: 2954777745, pause: 5 },
      { name: 'a keeper will be killed at a system call', choice: 1403277296, pause: 1000 },
      { name: 'the key file is deleted', choice: 2510489774, pause: 60 },
      { name: 'GLPI rotates its key, and an init runs meanwhile', choice: 2595021204, pause: 45000 },
      { name: 'the power is cut', choice: 2852627651, pause: 1000 },
      { name: 'a watch is started', choice: 251233374, pause: 45000 },
      { name: 'the container is made anew', choice: 3056241652, pause: 5 },
      { name: 'the registration row is lost', choice: 1508712465, pause: 60 },
      { name: 'GLPI rotates its key, and an init runs meanwhile', choice: 1211007888, pause: 1000 },
    ],
    unmended: [
      {
        file: '../test/simulation/model/promises.ts',
        from: 'if (!this.#sealed().some((value) => this.#holdsSomething(value))) return;',
        to: '',
      },
    ],
  },
];
