import { type Dir, opendirSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { SslOptions } from 'mysql2';
import type { DatabaseTls } from '../database-settings.ts';
import { readPemFile } from './read-pem-file.ts';

/** A file that the TLS settings name cannot be read or used. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
  readonly code = 'TLS_FILE';
}

/**
 * With a CA the server's certificate is verified against it, but not its name, as MySQL's `VERIFY_CA` does (MariaDB's
 * own certificates carry no usable name); without one the connection is only encrypted, as `REQUIRED` does.
 *
 * @throws TlsFileError when a file cannot be read or used
 */
export function tlsOptions(files: DatabaseTls): SslOptions {
  const verified = files.ca !== undefined || files.caPath !== undefined;
  const ca = [...(files.ca ? [readPem(files.ca)] : []), ...(files.caPath ? readDirectory(files.caPath) : [])];
  if (verified && !ca.some(holdsCertificate)) {
    throw new TlsFileError(`there is no certificate in ${[files.ca, files.caPath].filter(Boolean).join(' or ')}`);
  }
  const options = {
    ...(files.key ? { key: readPem(files.key) } : {}),
    ...(files.cert ? { cert: readPem(files.cert) } : {}),
    ...(verified ? { ca } : {}),
    ...(files.cipher ? { ciphers: files.cipher } : {}),
  };
  // The driver does this in the middle of the login, where an error would reach nobody.
  attempt('use the TLS files of the settings', () => createSecureContext(options));
  return { ...options, rejectUnauthorized: verified };
}

/** Debian's own directory of authorities holds some 300 names. */
const MOST_NAMES = 1_000;

function readDirectory(path: string): Buffer[] {
  const names = attempt(`read ${path}`, () => namesIn(path));
  return names.map((name) => readPem(join(path, name))).filter(holdsCertificate);
}

function namesIn(path: string): string[] {
  const list: Dir = opendirSync(path);
  try {
    const names: string[] = [];
    for (let entry = list.readSync(); entry !== null; entry = list.readSync()) {
      if (entry.isDirectory()) continue;
      if (names.length === MOST_NAMES) throw new Error(`it holds more than ${MOST_NAMES} files`);
      names.push(entry.name);
    }
    return names;
  } finally {
    list.closeSync();
  }
}

function readPem(path: string): Buffer {
  return attempt(`read ${path}`, () => readPemFile(path));
}

function holdsCertificate(pem: Buffer): boolean {
  return pem.includes('-----BEGIN CERTIFICATE-----');
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TlsFileError(`cannot ${what} (${why})`, { cause });
  }
}
