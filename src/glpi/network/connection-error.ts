/** How far a connection came. */
export type Stage = 'dns' | 'tcp' | 'tls' | 'proxy-dns' | 'proxy-tcp' | 'proxy-tls' | 'proxy-connect';

/** No connection stands, so nothing was asked. Holds nothing but codes: what others write into errors may be secret. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly stage: Stage;
  /** Node's or OpenSSL's, or `TIMEOUT`, or `STATUS` for a proxy that answered with one. */
  readonly code: string;
  readonly status: number | null;

  constructor(stage: Stage, code: string, status: number | null) {
    super(`${stage}: ${status ?? code}`);
    this.stage = stage;
    this.code = code;
    this.status = status;
  }
}
