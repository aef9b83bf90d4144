import type { ResultDocument } from '../document.ts';
import type { MetricsSnapshot } from '../metrics-snapshot.ts';
import type { StatusDocument } from './status-document.ts';

/** What the HTTP server sees of the keeper. All but `reconcile` answer at once, from what the last pass found. */
export interface KeeperView {
  status(): StatusDocument;
  /** Healthy while the key is safe and the loop has not stalled; `reason` as a sentence either way. */
  health(): { readonly healthy: boolean; readonly reason: string };
  /** True once the first pass is done and GLPI may start. */
  ready(): boolean;
  /** Runs a pass now, or joins the one that is asked for already. */
  reconcile(): Promise<ResultDocument>;
  metrics(): MetricsSnapshot;
}
