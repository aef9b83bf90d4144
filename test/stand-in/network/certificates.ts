import { webcrypto } from 'node:crypto';
import { allowReflection } from './reflect-metadata.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;

/** A certificate with its private key, both PEM; `certificate` holds the chain up to, but without, the root. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/**
 * What the double can show of itself:
 * - `good`: of its own CA, for its names.
 * - `expired` (ended 30 days ago, valid for 60 days), `not-yet-valid` (from in 30 days on): of its own CA.
 * - `wrong-host`: of its own CA, for `www.example.org`.
 * - `interception`: for its names, of a firewall's CA that nobody trusts (`CN=Corporate Firewall CA, O=Example Corp`).
 * - `self-signed`: of nobody, for `router.lan`.
 */
export const CERTIFICATES = ['good', 'expired', 'not-yet-valid', 'wrong-host', 'interception', 'self-signed'] as const;

export type CertificateName = (typeof CERTIFICATES)[number];

export interface Certificates {
  /** The CA to trust, PEM. */
  readonly ca: string;
  /** The firewall's CA, PEM: whoever trusts it finds `interception` in order. */
  readonly interceptionCa: string;
  readonly identities: Readonly<Record<CertificateName, Identity>>;
}

type Library = typeof import('@peculiar/x509');

interface Authority {
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certificate: string;
}

/** Makes everything anew: no key is ever written down. `names` are host names and IP addresses of the double. */
export async function makeCertificates(names: readonly string[]): Promise<Certificates> {
  allowReflection();
  const x509 = await import('@peculiar/x509');
  const ca = await authority(x509, 'CN=Network Double CA,O=Keykeeper Tests');
  const firewall = await authority(x509, 'CN=Corporate Firewall CA,O=Example Corp');
  const from = (days: number): Date => new Date(Date.now() + days * DAY);
  const issue = (by: Authority, hosts: readonly string[], start: number, end: number): Promise<Identity> =>
    issued(x509, by, hosts, from(start), from(end));
  return {
    ca: ca.certificate,
    interceptionCa: firewall.certificate,
    identities: {
      good: await issue(ca, names, -1, 30),
      expired: await issue(ca, names, -90, -30),
      'not-yet-valid': await issue(ca, names, 30, 90),
      'wrong-host': await issue(ca, ['www.example.org'], -1, 30),
      interception: await issue(firewall, names, -1, 30),
      'self-signed': await selfSigned(x509, 'router.lan', from(-1), from(30)),
    },
  };
}

async function authority(x509: Library, subject: string): Promise<Authority> {
  const keys = await pair();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: subject,
    notBefore: new Date(Date.now() - 365 * DAY),
    notAfter: new Date(Date.now() + 365 * DAY),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { subject, keys, certificate: certificate.toString('pem') };
}

async function issued(
  x509: Library,
  by: Authority,
  hosts: readonly string[],
  notBefore: Date,
  notAfter: Date,
): Promise<Identity> {
  const keys = await pair();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${hosts[0]}`,
    issuer: by.subject,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: by.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map(alternativeName)),
      await x509.AuthorityKeyIdentifierExtension.create(by.keys.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await privatePem(keys) };
}

async function selfSigned(x509: Library, host: string, notBefore: Date, notAfter: Date): Promise<Identity> {
  const keys = await pair();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${host}`,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([alternativeName(host)])],
  });
  return { certificate: certificate.toString('pem'), key: await privatePem(keys) };
}

function alternativeName(host: string): { type: 'ip' | 'dns'; value: string } {
  return { type: /^[\d.]+$|:/.test(host) ? 'ip' : 'dns', value: host };
}

function pair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, '$1\n').trim()}\n-----END PRIVATE KEY-----\n`;
}

/** Positive, and never twice the same: RFC 5280, 4.1.2.2. */
function serial(): string {
  return `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex')}`;
}
