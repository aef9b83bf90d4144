import type { Entry, Tree } from './state/read-tree.ts';
import type { VaultView } from './state/read-vault.ts';

export type Environment = Readonly<Record<string, string>>;

/** What a command said when it ended. */
export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with `config` and `vault` in it, in which an operation is played. */
export interface Scene {
  /** Absolute. */
  readonly root: string;
  /** The built program, undisturbed. */
  run(args: readonly string[], environment: Environment): Promise<Finished>;
}

/** Files as they lie there at one moment, and what of it is a vault. */
export interface State {
  readonly tree: Tree;
  readonly vault: VaultView;
}

/** What the operation started from, and where it ends when nothing disturbs it. */
export interface Prospect {
  readonly before: State;
  readonly after: State;
}

/** A command of which every call is struck. */
export interface Operation {
  readonly name: string;
  readonly args: readonly string[];
  /** What comes after it, where that is not the same command again. */
  readonly next?: readonly string[];
  /** Makes what the command finds, below the scene's folder and elsewhere. */
  prepare(scene: Scene): Promise<Prepared>;
}

export interface Prepared extends AsyncDisposable {
  /** Of the struck run, and of the next ones. */
  readonly environment: Environment;
  /** Of age; null where the vault is in clear. */
  readonly identity: string | null;
  /** Has what lies outside the scene's folder as it was; the folder itself is seen to. */
  reset(): Promise<void>;
  /** Whether a guarded file may be this one too, beside what it was and what it becomes undisturbed. */
  mayBe?(path: string, entry: Entry, state: State): boolean;
  /**
   * What is wrong where the command's work is to be done, beyond what holds for every operation. `struck`: by the command
   * itself, which said so; `next`: by what came after it.
   */
  unfinished(state: State, moment: 'struck' | 'next'): Promise<string[]>;
  /** What is wrong at any moment, beyond what holds for every operation. */
  broken?(state: State): Promise<string[]>;
}
