import type { Finding } from '../../../src/core/finding.ts';
import type { ObservedContainer, Platform } from '../../../src/platform/platform.ts';
import type { VirtualClock } from '../machine/clock.ts';
import { currentProcess, runAs, type SimulatedProcess } from '../machine/process.ts';

const SILENT: Finding = {
  code: 'platform-unreachable',
  severity: 'warning',
  target: 'docker',
  message: 'the engine does not answer',
  try: 'docker info',
};

/** An engine that GLPI's container runs on, as a keeper asks it; or none. */
export class SimulatedPlatform {
  readonly name: 'none' | 'docker';
  running = true;
  /** It does not answer, and tells nobody anything. */
  silent = false;
  readonly #clock: VirtualClock;
  readonly #followers = new Set<{ readonly process: SimulatedProcess; readonly onChange: (reason: string) => void }>();
  #containers = 1;
  #starts = 1;

  constructor(name: 'none' | 'docker', clock: VirtualClock) {
    this.name = name;
    this.#clock = clock;
  }

  /** GLPI's container was started, stopped, or made anew. */
  change(life: 'started' | 'stopped' | 're-created'): void {
    this.running = life !== 'stopped';
    if (life === 're-created') this.#containers += 1;
    if (life !== 'stopped') this.#starts += 1;
    if (this.silent || this.name === 'none') return;
    for (const { process, onChange } of this.#followers) {
      runAs(process, () => void this.#clock.wait(1).then(() => onChange(life)));
    }
  }

  /** The platform as the process that asks sees it. */
  open(): Platform {
    const follower = currentProcess();
    return {
      name: this.name,
      observe: async (signal) => {
        await this.#clock.wait(this.name === 'none' ? 0 : 2, signal);
        if (this.name === 'none') return { running: null, container: null, findings: [] };
        if (this.silent) return { running: null, container: null, findings: [SILENT] };
        return { running: this.running, container: this.#container(), findings: [] };
      },
      follow: (onChange, signal) => {
        if (follower === null) return;
        const entry = { process: follower, onChange: (reason: string) => !signal.aborted && onChange(reason) };
        this.#followers.add(entry);
        signal.addEventListener('abort', () => this.#followers.delete(entry), { once: true });
      },
      async [Symbol.asyncDispose]() {},
    };
  }

  #container(): ObservedContainer {
    return {
      id: this.#containers.toString(16).padStart(64, '0'),
      name: 'glpi',
      image: 'glpi/glpi',
      startedAt: new Date(this.#starts).toISOString(),
      restarts: 0,
      health: null,
    };
  }
}
