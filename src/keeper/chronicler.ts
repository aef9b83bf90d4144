import { type Chronicle, extendChronicle, type VerdictEntry } from '../core/chronicle.ts';
import { isUsable } from '../core/security-key-age.ts';
import type { Vault } from '../vault/vault.ts';
import type { Judged } from './judged.ts';
import { readRecords } from './read-records.ts';

/**
 * Keeps the vault's chronicle during one run. Killed between two writes, the older chronicle stands: the next run says
 * what it finds itself.
 */
export class Chronicler {
  readonly #told: VerdictEntry[] = [];
  #seen: Chronicle = [];

  /** The chronicle with what this run told. `held`: as the vault holds it. */
  extend(held: Chronicle): Chronicle {
    this.#seen = held;
    return this.#told.reduce(extendChronicle, held);
  }

  /** Takes a verdict of this run; nothing is written yet. */
  tell({ judgement, pass }: Judged): void {
    const { at, stage, glpiRunning } = pass.observation;
    const entry = { at, verdict: judgement.verdict, fingerprint: judgement.live };
    const gate = stage === 'gate' && glpiRunning !== true && !isUsable(entry.verdict);
    this.#told.push(gate ? { ...entry, gate } : entry);
  }

  /**
   * Writes only where this run told something new. The record is read afresh then: another lane, or another keeper, may
   * have written since this run looked.
   *
   * @throws Failure `vault-…`
   */
  async write(vault: Vault): Promise<void> {
    if (this.extend(this.#seen) === this.#seen) return;
    const { chronicle: held } = (await readRecords(vault)).records;
    const chronicle = this.extend(held);
    if (chronicle === held) return;
    const entries = chronicle.map(({ gate, ...entry }) => ({ ...entry, ...(gate === true ? { gate } : {}) }));
    await vault.keepRecord('chronicle', entries, { confidential: false });
  }
}
