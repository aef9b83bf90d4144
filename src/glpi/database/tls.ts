import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SslOptions } from 'mysql2';
import type { DatabaseTls } from '../database-settings.ts';

/** A file that the TLS settings name cannot be read. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
  readonly code = 'TLS_FILE';
}

/**
 * With a CA the server's certificate is verified against it, but not its name, as MySQL's `VERIFY_CA` does (MariaDB's
 * own certificates carry no usable name); without one the connection is only encrypted, as `REQUIRED` does.
 *
 * @throws TlsFileError when a file cannot be read
 */
export function tlsOptions(files: DatabaseTls): SslOptions {
  const ca = [...(files.ca ? [readPem(files.ca)] : []), ...(files.caPath ? readDirectory(files.caPath) : [])];
  return {
    ...(files.key ? { key: readPem(files.key) } : {}),
    ...(files.cert ? { cert: readPem(files.cert) } : {}),
    ...(ca.length > 0 ? { ca } : {}),
    ...(files.cipher ? { ciphers: files.cipher } : {}),
    rejectUnauthorized: ca.length > 0,
  };
}

function readDirectory(path: string): Buffer[] {
  const names = attempt(path, () => readdirSync(path, { withFileTypes: true }));
  const pems = names.filter((entry) => !entry.isDirectory()).map((entry) => readPem(join(path, entry.name)));
  return pems.filter((pem) => pem.includes('-----BEGIN CERTIFICATE-----'));
}

function readPem(path: string): Buffer {
  return attempt(path, () => readFileSync(path));
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new TlsFileError(`cannot read ${path} (${cause instanceof Error ? cause.message : 'unknown error'})`, {
      cause,
    });
  }
}
