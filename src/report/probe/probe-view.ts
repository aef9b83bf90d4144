export interface ProbeAnswer {
  readonly passed: boolean;
  /** One sentence, either way. */
  readonly reason: string;
}

/** What the probes of a container ask of its `watch`; both answer at once. */
export interface ProbeView {
  /** Passed once GLPI may start. */
  gate(): ProbeAnswer;
  /** Passed while the loop goes on, whatever it finds: nothing outside this process makes it fail. */
  live(): ProbeAnswer;
}

export type ProbeName = keyof ProbeView;
