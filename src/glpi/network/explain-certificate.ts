import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { CauseCode, CertificateFacts, NetworkCause } from './cause.ts';
import { cleanText } from './clean-text.ts';
import { clockSkew, skewedClock } from './clock-skew.ts';
import type { CertificateLook } from './look-at-certificate.ts';
import { isPublicIssuer } from './trusted-authorities.ts';

/** Whose services are known to have a certificate of a public CA. */
const PUBLIC_DOMAIN = 'glpi-network.com';

/**
 * Why a certificate was not accepted, whose it is, and what that means.
 *
 * @param code OpenSSL's or Node's, such as `CERT_HAS_EXPIRED`
 * @param look null where the certificate could not be seen
 * @param now ms since 1970
 */
export function explainCertificate(
  code: string,
  host: string,
  look: CertificateLook | null,
  now: number,
): NetworkCause {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return expired(host, look, now);
    case 'CERT_NOT_YET_VALID':
      return notYetValid(host, look, now);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return wrongHost(host, look);
    default:
      return untrusted(code, host, look);
  }
}

function expired(host: string, look: CertificateLook | null, now: number): NetworkCause {
  const skew = clockSkew(look?.date, now);
  if (look !== null && skew !== null && skew > 0 && isValidAt(look.certificate, now - skew)) {
    return withCertificate(skewedClock(skew, true, `${host} says so, and its certificate has not ended there`), look);
  }
  const until = look === null ? '' : ` on ${look.certificate.validToDate.toISOString().slice(0, 10)}`;
  return told('tls-expired', look, {
    message: `the certificate of ${host} ended${until}`,
    try: 'wait until its owner has renewed it, or ask whoever runs the firewall if the certificate is theirs',
  });
}

function notYetValid(host: string, look: CertificateLook | null, now: number): NetworkCause {
  const skew = clockSkew(look?.date, now);
  if (look?.date !== undefined && skew === null) {
    return told('tls-not-yet-valid', look, {
      message: `the certificate of ${host} is not valid before ${look.certificate.validFromDate.toISOString()}`,
      try: 'wait until then, or tell its owner',
    });
  }
  const evidence = `the certificate of ${host} begins in its future`;
  return withCertificate(skewedClock(skew, false, evidence), look);
}

function wrongHost(host: string, look: CertificateLook | null): NetworkCause {
  const names =
    look === null ? 'other names' : cleanText(look.certificate.subjectAltName ?? oneLine(look.certificate.subject));
  return told('tls-wrong-host', look, {
    message: `the certificate that came is not for ${host}, but for ${names}`,
    try: `check what ${host} resolves to here (getent hosts ${host}), and whether a portal or filter answers in its place`,
  });
}

function untrusted(code: string, host: string, look: CertificateLook | null): NetworkCause {
  if (look === null) {
    return told('tls-untrusted', look, {
      message: `nobody trusted here vouches for the certificate of ${host} (${code})`,
      try: 'ask whoever runs the network, and name their CA with KEYKEEPER_CA_FILE',
    });
  }
  const { certificate } = look;
  const whose = `it belongs to "${oneLine(certificate.subject)}" and was issued by "${oneLine(certificate.issuer)}"`;
  if (isPublicIssuer(certificate.issuer)) {
    return told('tls-untrusted', look, {
      message: `the certificate of ${host} cannot be traced to a trusted CA (${code}): ${whose}`,
      try: 'the server may send an incomplete chain: try again later, or name the missing CA with KEYKEEPER_CA_FILE',
    });
  }
  if (`.${host}`.endsWith(`.${PUBLIC_DOMAIN}`) && isFor(certificate, host)) {
    return told('tls-intercepted', look, {
      message: `TLS to ${host} is intercepted, for its certificate is not of a public CA: ${whose}`,
      try: 'have the firewall leave this host alone, or mount its CA here and for GLPI, and name it with KEYKEEPER_CA_FILE',
    });
  }
  return told('tls-untrusted', look, {
    message: `nobody trusted here vouches for the certificate of ${host} (${code}): ${whose}`,
    try: 'if this issuer is to be trusted, mount its CA certificate and name it with KEYKEEPER_CA_FILE',
  });
}

function isFor(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

function isValidAt(certificate: X509Certificate, time: number): boolean {
  return certificate.validFromDate.getTime() <= time && time <= certificate.validToDate.getTime();
}

function told(code: CauseCode, look: CertificateLook | null, text: { message: string; try: string }): NetworkCause {
  return withCertificate({ code, ...text }, look);
}

function withCertificate(cause: NetworkCause, look: CertificateLook | null): NetworkCause {
  return look === null ? cause : { ...cause, certificate: factsOf(look.certificate) };
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
  };
}

/** Whoever made the certificate wrote these names: they are text of a stranger. */
function oneLine(name: string): string {
  return cleanText(name.split('\n').join(', '));
}
