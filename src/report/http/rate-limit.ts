export interface Rate {
  /** Requests at once, after a quiet time. */
  readonly burst: number;
  /** Requests a second, in the long run. */
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  /** When it was filled last, in ms of the monotonic clock. */
  filledAt: number;
}

/** Whoever asks from more addresses than these at once finds the oldest forgotten, hence full again. */
const MOST_CLIENTS = 1_024;

/** How often each client may ask: a bucket of tokens for each, of which a request takes one. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #monotonic: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, monotonic: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#monotonic = monotonic;
  }

  /** Whether this client may ask now; then it has asked. */
  take(client: string): boolean {
    const bucket = this.#filled(client);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #filled(client: string): Bucket {
    const { burst, perSecond } = this.#rate;
    const now = this.#monotonic();
    const bucket = this.#buckets.get(client) ?? { tokens: burst, filledAt: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1_000) * perSecond);
    bucket.filledAt = now;
    // The Map's order is that of the last use.
    this.#buckets.delete(client);
    this.#buckets.set(client, bucket);
    if (this.#buckets.size > MOST_CLIENTS) this.#forgetOldest();
    return bucket;
  }

  #forgetOldest(): void {
    for (const client of this.#buckets.keys()) {
      this.#buckets.delete(client);
      return;
    }
  }
}
