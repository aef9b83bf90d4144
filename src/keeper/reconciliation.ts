import type { Settings } from '../config/settings.ts';
import type { Finding } from '../core/finding.ts';
import type { Outcome } from '../core/gate.ts';
import type { Generation } from '../core/generation.ts';
import type { Memory, Observation } from '../core/observation.ts';
import type { PlanOptions } from '../core/plan.ts';
import type { ObservedContainer, Platform } from '../platform/platform.ts';
import type { ActionReport } from './apply.ts';
import type { Judged } from './judged.ts';
import type { Pass, VaultLook } from './observe.ts';
import type { PassMemory } from './pass-memory.ts';
import type { Wish } from './registration-wish.ts';

/** What one run of observe, judge, plan, apply, verify found and did. */
export interface Reconciliation {
  /** As found, once enough was observed to say it; without the values and the escrow where rows were written since. */
  readonly found: Judged;
  /** After everything that was planned. */
  readonly after: Judged;
  readonly reports: readonly ActionReport[];
  readonly findings: readonly Finding[];
  readonly outcome: Outcome;
  /** The generation written last, or else the newest one of the vault. */
  readonly generation: Generation | null;
  /** GLPI's, as the platform told it before; null where none is known. */
  readonly container: ObservedContainer | null;
  /** What GLPI runs on. */
  readonly platform: Platform['name'];
}

export interface ReconcileRequest {
  readonly settings: Settings;
  readonly stage: Observation['stage'];
  readonly depth: 'files' | 'sample' | 'full';
  readonly lookAtVault: () => Promise<VaultLook>;
  readonly memory: Memory;
  readonly glpiRunning: boolean | null;
  readonly container: ObservedContainer | null;
  readonly platform: Platform['name'];
  /** What the caller has just seen, in place of the first look; else it looks itself. */
  readonly firstLook?: Pass;
  /** `plan`: nothing is applied (`--dry-run`, `status`). */
  readonly until: 'plan' | 'done';
  /** Why a generation would be written. */
  readonly reason: string;
  /** What earlier passes found out; else this run begins anew. */
  readonly passMemory?: PassMemory | undefined;
  /** What an operator asked for beside the rule. */
  readonly asked: Pick<PlanOptions, 'scope' | 'wanted' | 'adopt' | 'rotation' | 'older' | 'named'>;
  /** What a person wants of the registration key. */
  readonly wish: Wish | null;
  /** What the platform has to say about itself. */
  readonly platformFindings: readonly Finding[];
  readonly now: () => Date;
  readonly signal: AbortSignal;
}
