import type { CertificateName } from './certificates.ts';

/**
 * What GLPI Network says of a key.
 *
 * - `valid`: as `test/fixtures/registration-info-valid.json`, the subscription ending in `days` (365).
 * - `invalid`, `other-instance`: refused, with a message.
 * - `expired`: a good key whose subscription ended `days` (30) ago.
 * - `json`: whatever `body` holds, so that any answer can be made.
 */
export type KeyAnswer =
  | { readonly kind: 'valid' | 'expired'; readonly days?: number }
  | { readonly kind: 'invalid' | 'other-instance'; readonly message?: string }
  | { readonly kind: 'json'; readonly body: unknown };

/** What goes wrong with one request, once the connection stands. */
export type Fault =
  /** Answers so, whatever the question: a filter's 403, a 429 with `retry-after`, HTML, a redirect. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'silent' }
  /** Closes the connection instead of answering. */
  | { readonly kind: 'drop' }
  /** Sends half of the good answer, promises the rest, and closes. */
  | { readonly kind: 'cut' }
  /** Sends half of the good answer as if it were whole. */
  | { readonly kind: 'truncated' }
  /** Sends half of the good answer, and then nothing more. */
  | { readonly kind: 'stalled' }
  /** A good answer, followed by so many bytes of white space. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** Answers with something that is not HTTP. */
  | { readonly kind: 'garbage' }
  /** A good answer with another time in its `Date` (any text that `Date` reads). */
  | { readonly kind: 'date'; readonly at: string };

/** What goes wrong with a connection, before TLS stands: it is cut, nobody answers, or plain HTTP is spoken. */
export type ConnectionFault = 'cut' | 'silent' | 'plain-http';

/** What the proxy does with `CONNECT`: refuses with a status, never answers, closes, or speaks something else. */
export type ProxyFault = { readonly status: number } | 'silent' | 'cut' | 'garbage';

export interface Scene {
  /** By SHA-256 of the key in lower-case hex; for a key that is not named here, `otherwise`. */
  readonly keys: Readonly<Record<string, KeyAnswer>>;
  readonly otherwise: KeyAnswer;
  /** For the requests to come, one each, `null` for none; an empty list is a double in good health. */
  readonly faults: readonly (Fault | null)[];
  /** For every request, once `faults` is used up. */
  readonly fault: Fault | null;
  /** For every connection. */
  readonly connection: ConnectionFault | null;
  readonly certificate: CertificateName;
  /** `Date` of every answer, of the keyless ones too; `null`: the right one. */
  readonly date: string | null;
  readonly proxy: {
    /** Demanded by Basic authentication (407 without it); `null`: anybody may pass. */
    readonly user: string | null;
    readonly password: string | null;
    readonly fault: ProxyFault | null;
  };
}

/** A double in good health, for which every key is valid. */
export const CALM: Scene = {
  keys: {},
  otherwise: { kind: 'valid' },
  faults: [],
  fault: null,
  connection: null,
  certificate: 'good',
  date: null,
  proxy: { user: null, password: null, fault: null },
};

/** A part of a scene: what it leaves out stays as it is. */
export type SceneChange = Partial<Omit<Scene, 'proxy'>> & { readonly proxy?: Partial<Scene['proxy']> };

/** @throws Error when the change names something that a scene does not have */
export function changedScene(scene: Scene, change: SceneChange): Scene {
  for (const name of Object.keys(change)) {
    if (!(name in CALM)) throw new Error(`a scene has no "${name}", only ${Object.keys(CALM).join(', ')}`);
  }
  return { ...scene, ...change, proxy: { ...scene.proxy, ...change.proxy } };
}
