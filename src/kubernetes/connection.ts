import type { RequestOptions } from 'node:https';

/** How the API server is reached, and as whom. */
export interface Connection extends Disposable {
  /** `https://10.96.0.1:443`, without a slash at its end. */
  readonly server: string;
  /** The namespace of this pod, or of the kubeconfig's context; null where neither says one. */
  readonly namespace: string | null;
  /** Agent, TLS and `Authorization` for the next request: asked for each, for tokens and authorities change. */
  options(): Promise<RequestOptions>;
}
