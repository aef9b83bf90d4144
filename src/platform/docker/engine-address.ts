import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';

/** Where Docker Engine listens unless told otherwise (dockerd(8), `--host`). */
export const DEFAULT_SOCKET = '/var/run/docker.sock';

/** PEM files of `DOCKER_CERT_PATH`; all absent means the system's authorities and no client certificate. */
export interface EngineTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: EngineTls | null };

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether an engine was named, or listens at the usual place. */
export function engineAtHand(environment: Environment, socket: string = DEFAULT_SOCKET): boolean {
  return Boolean(environment.DOCKER_HOST) || existsSync(socket);
}

/**
 * Reads `DOCKER_HOST` as the `docker` command does: `unix://path`, `tcp://host:port`, `http://…` or `https://…`; TLS with
 * `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`. Not set: the usual socket.
 * @throws Failure 'invalid-setting'
 */
export function engineAddress(environment: Environment): EngineAddress {
  const host = environment.DOCKER_HOST;
  if (!host) return { kind: 'socket', path: DEFAULT_SOCKET };
  if (host.startsWith('unix://')) return { kind: 'socket', path: host.slice('unix://'.length) || DEFAULT_SOCKET };
  const url = URL.canParse(host) ? new URL(host) : null;
  if (url === null || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new Failure('invalid-setting', `DOCKER_HOST is "${host}", which is no address of an engine`, {
      target: 'DOCKER_HOST',
      expected: 'unix:///var/run/docker.sock or tcp://host:2375',
      try: 'DOCKER_HOST=tcp://socket-proxy:2375, or leave it unset and mount /var/run/docker.sock',
    });
  }
  const encrypted = url.protocol === 'https:' || Boolean(environment.DOCKER_TLS_VERIFY);
  // IANA's ports for Docker: 2375 without TLS, 2376 with it.
  const port = url.port === '' ? (encrypted ? 2376 : 2375) : Number(url.port);
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { kind: 'tcp', host: hostname, port, tls: encrypted ? readTls(environment.DOCKER_CERT_PATH) : null };
}

/** The address as a person would write it. */
export function showAddress(address: EngineAddress): string {
  if (address.kind === 'socket') return `unix://${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${address.tls === null ? 'tcp' : 'https'}://${host}:${address.port}`;
}

function readTls(directory: string | undefined): EngineTls {
  if (!directory) return {};
  try {
    const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFileSync(join(directory, name)));
    return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  } catch (cause) {
    throw new Failure('invalid-setting', `DOCKER_CERT_PATH is ${directory}, whose certificates cannot be read`, {
      target: 'DOCKER_CERT_PATH',
      expected: 'a directory with ca.pem, cert.pem and key.pem',
      try: `mount the certificates readable at ${directory}`,
      cause,
    });
  }
}
