import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { keylessHeaders } from './glpi-request.ts';
import { exchange } from './http-exchange.ts';
import { type ConnectionOptions, openConnection, type Route } from './open-connection.ts';

export interface CertificateLook {
  readonly certificate: X509Certificate;
  /** `Date` of an answer from whoever has this certificate; undefined if none came. */
  readonly date: string | undefined;
}

/**
 * Connects once more, verifying nothing, to see whose certificate it is that was refused, and what time it is there.
 * Nothing confidential is sent: GLPI's keyless question alone.
 *
 * @returns null where the certificate cannot be had any more
 */
export async function lookAtCertificate(
  route: Route,
  pingUrl: string,
  version: string,
  options: Omit<ConnectionOptions, 'verify'>,
): Promise<CertificateLook | null> {
  try {
    const socket = await openConnection(route, { ...options, verify: false });
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.connectTimeout)]);
    const question = { url: new URL(pingUrl), headers: keylessHeaders(version), bodyLimit: 1024, signal };
    const reply = await exchange(socket, question).catch(() => null);
    return certificate === undefined ? null : { certificate, date: reply?.headers.date };
  } catch {
    return null;
  }
}
