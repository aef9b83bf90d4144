import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';

/**
 * Who may vouch for a server when a CA file is given: whoever Node trusts (`NODE_EXTRA_CA_CERTS` included), and those in
 * the file. A company's CA thus does not take away the public ones.
 *
 * @param caFile PEM, one certificate or more; null: no file
 * @returns null where Node's own are enough; `unusable` when there is no certificate in the file
 */
export function trustedAuthorities(caFile: string | null): readonly string[] | null | 'unusable' {
  if (caFile === null) return null;
  const own = caFile.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g);
  if (own === null || !own.every(isCertificate)) return 'unusable';
  return [...getCACertificates('default'), ...own];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

/** Issues for half of the world from intermediates that carry its own name, which no root does. */
const NOT_AMONG_ROOTS = ["Let's Encrypt"];

/**
 * Whether a certificate's issuer bears the name of an organization whose root certificate Node carries. It says who an
 * issuer claims to be, for a message alone.
 *
 * @param issuer as `X509Certificate.issuer` writes it, one attribute a line
 */
export function isPublicIssuer(issuer: string): boolean {
  const organization = organizationOf(issuer);
  if (organization === null) return false;
  if (NOT_AMONG_ROOTS.includes(organization)) return true;
  return getCACertificates('bundled').some((pem) => organizationOf(new X509Certificate(pem).subject) === organization);
}

function organizationOf(name: string): string | null {
  return /^O=(.+)$/m.exec(name)?.[1] ?? null;
}
