import type { ResultDocument } from '../../../src/report/document.ts';
import type { KeeperView } from '../../../src/report/http/keeper-view.ts';
import { registrationStatus } from '../../../src/report/http/registration-status.ts';
import type { StatusDocument } from '../../../src/report/http/status-document.ts';
import { ACTION_NAMES, type MetricsSnapshot, TRIGGERS } from '../../../src/report/metrics-snapshot.ts';
import { NO_REGISTRATION } from '../../../src/report/registration-metrics.ts';
import { NEVER } from '../../../src/report/schedule-metrics.ts';
import { restoredDocument } from './sample-document.ts';

/** A keeper that says what a test tells it to, and counts how often it was asked to reconcile. */
export class FakeKeeper implements KeeperView {
  healthy = true;
  isReady = true;
  reconciles = 0;
  outcome: () => Promise<ResultDocument> = async () => ({ ...restoredDocument(), command: 'reconcile' });

  status(): StatusDocument {
    return statusDocument();
  }

  health() {
    return { healthy: this.healthy, reason: this.healthy ? 'the key is sound' : 'no known key opens the database' };
  }

  ready(): boolean {
    return this.isReady;
  }

  async reconcile(): Promise<ResultDocument> {
    this.reconciles += 1;
    return await this.outcome();
  }

  metrics(): MetricsSnapshot {
    return quietSnapshot();
  }
}

export function statusDocument(): StatusDocument {
  return {
    version: '0.1.0',
    instance: 'glpi',
    startedAt: '2026-03-01T12:00:00Z',
    healthy: true,
    ready: true,
    reason: 'the key is sound',
    verdict: 'sound',
    verdictSince: '2026-03-01T12:00:01Z',
    lastPassAt: '2026-03-01T12:00:01Z',
    lastTrigger: 'start',
    glpi: { running: null, version: '11.0.6' },
    database: { state: 'answers', address: 'db:3306', schema: 'glpi', message: null },
    vault: { url: 'file:///vault', state: 'ready', generations: 3, damaged: 0 },
    registration: registrationStatus(null, 0),
    drill: null,
    export: null,
    canary: { tested: 7, opened: 7, unreadable: [] },
    fingerprint: '0123456789abcdef',
    generation: 3,
    findings: [],
  };
}

/** A keeper that has just started and has done nothing. */
export function quietSnapshot(): MetricsSnapshot {
  const noActions = Object.fromEntries(ACTION_NAMES.map((each) => [each, 0])) as MetricsSnapshot['actionsDone'];
  return {
    version: '0.1.0',
    instance: 'glpi',
    healthy: false,
    ready: false,
    verdict: null,
    canary: { tested: 0, opened: 0 },
    findings: { error: 0, warning: 0, advice: 0, info: 0 },
    databaseAnswers: false,
    vault: { usable: false, generations: 0, damaged: 0 },
    passes: Object.fromEntries(TRIGGERS.map((each) => [each, 0])) as MetricsSnapshot['passes'],
    failedPasses: 0,
    passSeconds: 0,
    actionsDone: noActions,
    actionsFailed: noActions,
    lastPassAt: null,
    lastSoundAt: null,
    lastCaptureAt: null,
    registration: NO_REGISTRATION,
    drill: NEVER,
    export: NEVER,
  };
}
