export type Direction = 'to-server' | 'to-client';

/**
 * How a connection breaks. `end`: both sides see its end, whatever was on its way. `reset`: the client sees a reset (RST;
 * over a unix socket, which knows none, its end). `swallow`: nothing passes any more in either direction, and nobody is
 * told, as where a firewall forgot the connection. `flood`: these bytes follow without end, after `first`.
 */
export type Breaking = 'end' | 'reset' | 'swallow' | Flood;

export interface Flood {
  readonly first?: Buffer;
  readonly flood: Buffer;
}

export interface Break {
  readonly how: Breaking;
  /** Which way the bytes are counted; `to-client` unless told otherwise. */
  readonly direction?: Direction;
  /** So many bytes pass first; 0 unless told otherwise, and that without `since` is the moment of the connection. */
  readonly after?: number;
  /**
   * The bytes are counted from the moment that the client sent these texts, one after the other; those to the server from
   * the last text's first byte on.
   */
  readonly since?: readonly string[];
}

/** What is wrong with the way. Nothing, where all is left out. */
export interface Fault {
  /** How much later every piece arrives, in ms. */
  readonly delay?: number;
  /** In each direction. */
  readonly bytesPerSecond?: number;
  readonly break?: Break;
}
