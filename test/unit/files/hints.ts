/** Collects what a watch tells, and waits for a hint that should come; it fails by the test's own time limit. */
export class Hints {
  readonly #seen: (string | null)[] = [];
  #wake: (() => void) | undefined;

  readonly listener = (name: string | null): void => {
    this.#seen.push(name);
    this.#wake?.();
  };

  get count(): number {
    return this.#seen.length;
  }

  /** Forgets earlier hints, does `change`, and waits until `name`, or "look at all", is told. */
  async after(change: () => void, name: string | null): Promise<void> {
    this.#seen.length = 0;
    change();
    while (!this.#seen.some((hint) => hint === null || hint === name)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The names told since the last change, sorted and each once. */
  names(): (string | null)[] {
    return [...new Set(this.#seen)].sort();
  }
}
