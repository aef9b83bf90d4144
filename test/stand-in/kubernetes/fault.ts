/**
 * What goes wrong with a request. `status`: answered so, without effect. `cut`: the connection breaks before anything is
 * done; `cut-after`: once it is done, before the answer. `hang`: never answered. `slow`: answered after `wait` ms.
 */
export type FaultKind =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfter?: number;
      readonly reason?: string;
      readonly message?: string;
    }
  | { readonly kind: 'cut' }
  | { readonly kind: 'cut-after' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly wait: number };

export type Fault = FaultKind & {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`; all where it is left out. */
  readonly verbs?: readonly string[];
  /** `secrets`, `leases`, …; all where it is left out. */
  readonly resource?: string;
  /** How often; for ever where it is left out. */
  readonly times?: number;
};

/** The faults that are to come, the first that fits first. */
export class Faults {
  #planned: { readonly fault: Fault; left: number }[] = [];

  plan(fault: Fault): void {
    this.#planned.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#planned = [];
  }

  take(verb: string, resource: string): Fault | null {
    const found = this.#planned.find(({ fault, left }) => {
      const fits = fault.verbs?.includes(verb) ?? true;
      return left > 0 && fits && (fault.resource ?? resource) === resource;
    });
    if (found === undefined) return null;
    found.left -= 1;
    return found.fault;
  }
}
