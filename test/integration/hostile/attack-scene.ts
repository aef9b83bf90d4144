import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absolutePath } from '../../../src/core/brand.ts';
import { openDirectoryVault } from '../../../src/vault/directory/open-directory-vault.ts';
import { MAIN } from '../cli/run-cli.ts';
import { shapeOf } from './shape-of.ts';

const TWIN = join(import.meta.dirname, 'naive-twin.ts');
const MEMORY = join(import.meta.dirname, 'tell-memory.ts');
/** Nothing here takes longer, in ms; what does hangs. */
const PATIENCE = 8_000;
/** Of 512 bytes: nobody has anything larger to write. */
const MOST_BLOCKS = 65_536;
/** Of 1,024 bytes: Node.js alone takes 50,000. */
const MOST_MEMORY = 300_000;

export type Defender = 'Keykeeper' | 'the naive twin';

/** A config directory with a good key that a defender guards, and beside it what is none of the defender's business. */
export class AttackScene implements Disposable {
  readonly key = randomBytes(32);
  readonly #root = mkdtempSync(join(tmpdir(), 'keykeeper-hostile-'));
  readonly #defender: Defender;
  #exitCode: number | null = null;
  #harm: string[] = [];
  #outside = '';

  constructor(defender: Defender) {
    this.#defender = defender;
    for (const name of ['config', 'outside', 'vault']) mkdirSync(this.at(name));
    writeFileSync(this.at('config', 'glpicrypt.key'), this.key, { mode: 0o640 });
    writeFileSync(this.at('config', 'config_db.php'), '<?php // none is asked here', { mode: 0o640 });
    writeFileSync(this.at('outside', 'shadow'), randomBytes(32), { mode: 0o600 });
    writeFileSync(this.at('outside', 'passwd'), 'root:x:0:0', { mode: 0o644 });
    this.#outside = shapeOf(this.at('outside'));
  }

  at(...names: string[]): string {
    return join(this.#root, ...names);
  }

  get live(): string {
    return this.at('config', 'glpicrypt.key');
  }

  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** What became of it, as words; empty: no harm was done. */
  async harm(): Promise<readonly string[]> {
    const outside = shapeOf(this.at('outside')) === this.#outside ? [] : ['something outside was changed'];
    const lost = (await this.#keepsKey()) ? [] : ['the good key is kept nowhere'];
    return [...this.#harm, ...outside, ...lost];
  }

  /** One run of the defender, to its end or to the end of the patience. */
  async defend(): Promise<void> {
    const [script, ...args] = this.#commandLine();
    const limited = ['-c', `ulimit -f ${MOST_BLOCKS} -c 0; exec "$@"`, 'bash', process.execPath, '--import', MEMORY];
    const child = spawn('bash', [...limited, script ?? '', ...args], {
      env: { PATH: process.env.PATH ?? '', MEMORY_FILE: this.at('memory'), ...this.#settings() },
      stdio: 'ignore',
    });
    const timer = setTimeout(() => {
      this.#harm.push('it hung');
      child.kill('SIGKILL');
    }, PATIENCE);
    await once(child, 'exit');
    clearTimeout(timer);
    this.#exitCode = child.exitCode;
    const orderly = [0, 10, 11, 12, 13, 14].includes(child.exitCode ?? -1);
    if (!orderly && !this.#harm.includes('it hung')) this.#harm.push('it crashed');
    if (orderly && Number(readFileSync(this.at('memory'), 'utf8')) > MOST_MEMORY) this.#harm.push('memory ran out');
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #commandLine(): string[] {
    return this.#defender === 'Keykeeper' ? [MAIN, 'init'] : [TWIN, 'init', this.at('config'), this.at('vault')];
  }

  #settings() {
    return {
      KEYKEEPER_CONFIG_DIR: this.at('config'),
      KEYKEEPER_VAULT: `file://${this.at('vault')}`,
      KEYKEEPER_DATABASE: 'none',
      KEYKEEPER_PLATFORM: 'none',
      KEYKEEPER_OWNER: '33:33',
    };
  }

  async #keepsKey(): Promise<boolean> {
    if (this.#defender !== 'Keykeeper') return readFileSync(this.at('vault', 'glpicrypt.key')).equals(this.key);
    const vault = await openDirectoryVault(new URL(`file://${this.at('vault')}`), {
      instance: 'glpi',
      recipients: [],
      identity: null,
      glpiDirectories: [absolutePath(this.at('config'))],
      create: false,
    });
    const { generations } = await vault.list();
    const kept = generations.flatMap(({ files }) => files.map(({ content }) => content?.reveal().toString('hex')));
    return kept.includes(this.key.toString('hex'));
  }
}
