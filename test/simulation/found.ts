import type { SourceChange } from './machine/bundle.ts';
import type { PromiseName } from './model/promises.ts';
import type { Step } from './script.ts';

/** A history that broke a promise once, made as small as it goes. */
export interface FoundHistory {
  readonly name: string;
  readonly broke: PromiseName;
  readonly seed: number;
  readonly script: readonly Step[];
  /** Brings back what was mended. */
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
];
