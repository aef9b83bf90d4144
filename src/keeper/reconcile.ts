import { touchesGlpi, writesRows } from '../core/action-kind.ts';
import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import { findingsOf } from '../core/findings.ts';
import type { Generation } from '../core/generation.ts';
import { newestFirst } from '../core/history.ts';
import { judge } from '../core/judge.ts';
import { plan } from '../core/plan.ts';
import type { Lease, Vault } from '../vault/vault.ts';
import type { ActionReport, Applied } from './apply.ts';
import { Chronicler } from './chronicler.ts';
import { eitherFailed, type Failed, NOTHING_FAILED } from './failed.ts';
import { isSample, type Judged, withoutValues } from './judged.ts';
import { observe, type Pass, type VaultLook } from './observe.ts';
import { type PassMemory, passMemory } from './pass-memory.ts';
import { pause } from './pause.ts';
import { notePresence } from './presence-record.ts';
import type { ReconcileRequest, Reconciliation } from './reconciliation.ts';
import { noteAppliedWish } from './registration-record.ts';
import { noteEmptied } from './rescue-memory-record.ts';
import { vaultFinding } from './vault-finding.ts';

export type { Judged, ReconcileRequest, Reconciliation };

/** More rounds than any chain of repairs needs; a file that somebody fights over must not turn into a loop. */
const ROUNDS = 16;

/**
 * The one way through: init, file event, container event, timer, signal and HTTP call all come here. Observes, judges,
 * plans and applies until nothing is left to do, looking again after every change; rows that move meanwhile, and what
 * only two full passes may decide, are given a settle time.
 */
export async function reconcile(request: ReconcileRequest): Promise<Reconciliation> {
  await using run = new Run(request);
  await run.toTheEnd();
  await run.conclude();
  return run.result();
}

/**
 * The same for the files alone, up to what the vault is told of it: whoever puts files back at once has another one to
 * look after before a vault answers that hangs.
 */
export async function reconcileFiles(
  request: ReconcileRequest & { readonly depth: 'files' },
): Promise<{ readonly result: Reconciliation; readonly conclude: () => Promise<void> }> {
  await using run = new Run(request);
  await run.toTheEnd();
  return { result: run.result(), conclude: () => run.conclude() };
}

class Run implements AsyncDisposable {
  readonly #request: ReconcileRequest;
  readonly #reports: ActionReport[] = [];
  readonly #failures: Finding[] = [];
  readonly #chronicler = new Chronicler();
  readonly #passMemory: PassMemory;
  #depth: 'files' | 'sample' | 'full';
  #vault: VaultLook | null = null;
  #lease: Lease | null = null;
  #previous: Pass | null = null;
  #found: Judged | null = null;
  #after: Judged | null = null;
  #generation: Generation | null = null;
  #failed: Failed = NOTHING_FAILED;
  #waitedForRow = false;
  #resealed = false;
  /** What was captured last, as it was planned. */
  #captured: string | null = null;
  #unsettled = false;
  #last = false;

  constructor(request: ReconcileRequest) {
    this.#request = request;
    this.#passMemory = request.passMemory ?? passMemory();
    this.#depth = request.depth;
  }

  async toTheEnd(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      if ((await this.#round()) === 'finished') break;
    }
  }

  /** A function of its own, so that nothing of one round is held in the next: a reading may be a hundred thousand values. */
  async #round(): Promise<'again' | 'finished'> {
    return await this.step(await this.look());
  }

  async look(): Promise<Judged> {
    const { settings, stage, memory, glpiRunning, now, signal, asked } = this.#request;
    const looked = await this.#request.lookAtVault();
    const vault = {
      ...looked,
      records: { ...looked.records, chronicle: this.#chronicler.extend(looked.records.chronicle) },
    };
    this.#vault = vault;
    const previous = this.#previous;
    const wish = this.#request.wish?.wish ?? null;
    const look = {
      settings,
      stage,
      depth: this.#depth,
      vault,
      memory,
      glpiRunning,
      now,
      wish,
      previous,
      passMemory: this.#passMemory,
      history: asked.scope === 'rescue',
      adopt: asked.adopt === true,
      signal,
    };
    const seen = this.#after === null ? this.#request.firstLook : undefined;
    const pass = seen ?? (await observe(look));
    const judgement = judge(pass.observation);
    const planned = plan(pass.observation, judgement, {
      rescue: settings.rescue,
      ...asked,
      // Undone once is undone: the plan cannot see it in the rows.
      ...(this.#reports.some((each) => each.action === 'undo-rescue') ? { scope: 'captures' } : {}),
      preview: this.#request.until === 'plan',
    });
    const judged = { pass, judgement, plan: planned };
    this.#after = judged;
    return judged;
  }

  /** Does what the judgement calls for; says whether to look again. */
  async step(judged: Judged): Promise<'again' | 'finished'> {
    const { judgement, plan: planned } = judged;
    if (this.#request.until === 'plan' && judgement.need !== 'full-pass') return this.#finish(judged);
    if (judgement.need === 'full-pass') {
      this.#depth = 'full';
      return 'again';
    }
    if (judgement.need === 'second-pass') return this.#settle(judged);
    await this.#note(judged);
    if (planned.unsettled === true && planned.actions.length === 0 && !this.#waitedForRow && !this.#last) {
      // A sample differs from the next by the rows that it took: only two full passes can be the same.
      if (isSample(judged)) {
        this.#depth = 'full';
        return 'again';
      }
      this.#waitedForRow = true;
      return await this.#lookLater(judged.pass);
    }
    if (planned.actions.length === 0 || this.#last) return this.#finish(judged);
    if (touchesGlpi(planned) && this.#lease === null && this.#depth !== 'files') {
      await this.#takeLease();
      if (this.#lease !== null) return 'again';
    }
    // A vault that nobody can look into cannot tell that it holds everything already: once for each reason is enough.
    const captures = touchesGlpi(planned) ? null : JSON.stringify(planned.actions);
    if (captures !== null && captures === this.#captured) return this.#finish(judged);
    await this.#apply(judged);
    this.#captured = captures;
    // What was changed has to hold still anew.
    if (touchesGlpi(planned)) {
      this.#previous = null;
      this.#waitedForRow = false;
    }
    if (planned.actions.some(writesRows)) this.#letGo();
    return 'again';
  }

  /** Writes down what was found and how it ended. */
  async conclude(): Promise<void> {
    const after = this.#after;
    if (after === null) return;
    this.#chronicler.tell(after);
    await this.#writeNotes((vault) => this.#chronicler.write(vault));
    await this.#writeNotes((vault) => noteAppliedWish(vault, after.pass.observation));
    await this.#writeNotes((vault) => noteEmptied(vault, after));
    await this.#writeNotes((vault) => notePresence(vault, this.#request, after.pass.observation));
  }

  result(): Reconciliation {
    const after = this.#after;
    if (after === null) throw new TypeError('a reconcile looks at least once');
    const found = this.#found ?? after;
    const obstacle = after.plan.obstacle;
    const directory = this.#request.settings.configDir;
    const { writeFailed, accessFailed, vaultFailed, resealFailed } = this.#failed;
    return {
      found,
      after,
      reports: this.#reports,
      findings: [
        ...this.#failures,
        ...this.#request.platformFindings,
        ...findingsOf(after.pass.observation, after.judgement, obstacle, directory),
      ],
      outcome: {
        obstacle,
        reseal: resealFailed ? 'failed' : this.#resealed ? 'done' : 'none',
        writeFailed,
        accessFailed,
        vaultFailed,
        unsettled: this.#unsettled,
      },
      generation: this.#generation ?? newestFirst(after.pass.observation.vault)[0] ?? null,
      container: this.#request.container,
      platform: this.#request.platform,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lease?.[Symbol.asyncDispose]();
  }

  /** A bad time is on record before anything ends it; only a trusted file on its way back does not wait for that. */
  async #note(judged: Judged): Promise<void> {
    if (this.#found !== null) return;
    this.#found = judged;
    this.#chronicler.tell(judged);
    if (this.#depth !== 'files') await this.#writeNotes((vault) => this.#chronicler.write(vault));
  }

  async #writeNotes(write: (vault: Vault) => Promise<void>): Promise<void> {
    const vault = this.#vault?.vault ?? null;
    const elsewhere = this.#after?.judgement.elsewhere ?? null;
    if (vault === null || this.#request.until === 'plan' || elsewhere !== null) return;
    try {
      await write(vault);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#failures.push(vaultFinding(error, 'warning'));
    }
  }

  #finish(judged: Judged): 'finished' {
    this.#found ??= judged;
    return 'finished';
  }

  async #settle(judged: Judged): Promise<'again' | 'finished'> {
    // Saving the live key waits for nothing: what is judged in ten seconds may be gone in five.
    if (judged.plan.actions.length > 0) await this.#apply(judged);
    if (this.#previous !== null) {
      this.#unsettled = true;
      return this.#finish(judged);
    }
    return await this.#lookLater(judged.pass);
  }

  /** The rows are others now: of what was read before only what was said of it is still asked for. */
  #letGo(): void {
    this.#passMemory.letGo();
    if (this.#found !== null) this.#found = withoutValues(this.#found);
    if (this.#after !== null) this.#after = withoutValues(this.#after);
  }

  /** Looks at everything once more, a settle time later. */
  async #lookLater(pass: Pass): Promise<'again'> {
    this.#previous = pass;
    this.#depth = 'full';
    await pause(this.#request.settings.settle, this.#request.signal);
    return 'again';
  }

  async #takeLease(): Promise<void> {
    const vault = this.#vault?.vault ?? null;
    if (vault === null) return;
    try {
      this.#lease = await vault.lease(this.#request.signal);
    } catch (error) {
      // Without a vault that works there is nobody to share it with.
      if (!(error instanceof Failure)) throw error;
      this.#failures.push(vaultFinding(error, 'error'));
      this.#failed = { ...this.#failed, vaultFailed: true };
    }
  }

  async #apply({ plan: planned, pass, judgement }: Judged): Promise<void> {
    const { settings, reason, now, signal } = this.#request;
    const lost = this.#lease?.lost;
    const either = lost === undefined ? signal : AbortSignal.any([signal, lost]);
    const vault = this.#vault?.vault ?? null;
    // A quiet run does without all that writes.
    const { applyPlan } = await import('./apply.ts');
    const applied = await applyPlan(planned, {
      settings,
      pass,
      judgement,
      vault,
      reason,
      registrationKey: this.#request.wish?.key ?? null,
      tables: this.#passMemory.tables,
      now,
      alone: this.#lease !== null,
      signal: either,
    });
    this.#record(applied);
  }

  #record(applied: Applied): void {
    this.#reports.push(...applied.reports);
    this.#generation = applied.generation ?? this.#generation;
    this.#resealed ||= applied.reports.some((each) => each.action === 'reseal-values' && each.done);
    // Somebody was quicker: that is no failure, it is looked at again.
    const appeared = applied.findings.filter((each) => each.code === 'file-appeared' || each.code === 'file-changed');
    const failures = applied.findings.filter((each) => !appeared.includes(each));
    this.#failures.push(...failures);
    if (failures.length === 0) return;
    this.#failed = eitherFailed(this.#failed, applied);
    this.#last = true;
  }
}
