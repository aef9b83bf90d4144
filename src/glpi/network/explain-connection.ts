import type { NetworkCause } from './cause.ts';
import type { ConnectionError } from './connection-error.ts';
import type { Route } from './open-connection.ts';

/** Codes by which Node and OpenSSL say that the certificate itself is not accepted. */
const CERTIFICATE_CODES =
  /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_|PATH_LENGTH_|HOSTNAME_MISMATCH$|ERR_TLS_CERT_ALTNAME)/;

/** Whether GLPI Network's certificate (not the proxy's) is the matter, so that a look at it tells more. */
export function isCertificateError({ stage, code }: ConnectionError): boolean {
  return stage === 'tls' && CERTIFICATE_CODES.test(code);
}

/** Why no connection stands, other than for the certificate. */
export function explainConnection({ stage, code, status }: ConnectionError, route: Route): NetworkCause {
  const { host, port, proxy } = route;
  switch (stage) {
    case 'dns':
      return unresolved(code, host);
    case 'tcp':
      return unconnected(code, host, port);
    case 'tls':
      return withoutTls(code, host, port);
    case 'proxy-dns':
    case 'proxy-tcp':
    case 'proxy-tls':
      return {
        code: 'proxy-unreachable',
        message: `the proxy ${proxyName(route)} cannot be reached: ${reasonFor(stage, code)}`,
        try: `correct the proxy in ${proxy?.setIn}, or check that this container may reach it`,
      };
    case 'proxy-connect':
      return status === null ? withoutTunnel(code, route) : refusedByProxy(status, route);
  }
}

function unresolved(code: string, host: string): NetworkCause {
  if (code === 'ENOTFOUND' || code === 'EAI_NODATA' || code === 'EAI_NONAME') {
    return {
      code: 'dns-not-found',
      message: `the name ${host} is not known to the name server`,
      try: `check the DNS server of the container (cat /etc/resolv.conf; getent hosts ${host}), or set a proxy that resolves names`,
    };
  }
  const what = code === 'TIMEOUT' ? 'does not answer in time' : `answers with an error (${code})`;
  return {
    code: 'dns-failed',
    message: `the name ${host} cannot be looked up: the name server ${what}`,
    try: 'check that the container reaches its DNS server (cat /etc/resolv.conf), on UDP and TCP port 53',
  };
}

function unconnected(code: string, host: string, port: number): NetworkCause {
  switch (code) {
    case 'ECONNREFUSED':
      return {
        code: 'tcp-refused',
        message: `${host} refuses connections on port ${port}`,
        try: `have the firewall allow TCP port ${port} to ${host}, or set a proxy`,
      };
    case 'TIMEOUT':
    case 'ETIMEDOUT':
      return {
        code: 'tcp-timeout',
        message: `${host} does not answer on port ${port}: a firewall drops the connection`,
        try: `have the firewall allow TCP port ${port} to ${host}, or set a proxy`,
      };
    case 'ECONNRESET':
    case 'EPIPE':
      return lost(host, port);
    default:
      return {
        code: 'tcp-unreachable',
        message: `there is no way from here to ${host} (${code})`,
        try: 'check that the container has a network with a way to the internet (internal networks have none), or set a proxy',
      };
  }
}

function withoutTls(code: string, host: string, port: number): NetworkCause {
  if (code === 'TIMEOUT') {
    return {
      code: 'tls-timeout',
      message: `port ${port} of ${host} is open, but nobody answers in TLS`,
      try: 'look for a firewall or filter that holds back TLS connections, and have it let this host pass',
    };
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === '') return lost(host, port);
  const what = /WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST/.test(code) ? 'does not speak TLS' : 'refuses TLS';
  return {
    code: 'tls-handshake',
    message: `what answers at ${host} port ${port} ${what} (${code})`,
    try: 'check for a portal, filter or old firewall in between; GLPI Network is reached by TLS 1.2 or newer on port 443',
  };
}

function lost(host: string, port: number): NetworkCause {
  return {
    code: 'connection-lost',
    message: `the connection to ${host} port ${port} was cut before anything could be asked`,
    try: 'look for a firewall that cuts connections to this host (by name, in the TLS handshake), and have it let them pass',
  };
}

function withoutTunnel(code: string, route: Route): NetworkCause {
  const what =
    code === 'TIMEOUT' ? 'does not answer' : code.startsWith('HPE_') ? 'does not speak HTTP' : 'cut the connection';
  return {
    code: 'proxy-broken',
    message: `the proxy ${proxyName(route)} ${what} when asked for a way to ${route.host}`,
    try: `check that ${route.proxy?.setIn} names an HTTP proxy and its right port`,
  };
}

function refusedByProxy(status: number, route: Route): NetworkCause {
  if (status === 407) {
    const sent = route.proxy?.user === null ? 'no user and password are set' : 'it does not accept user and password';
    return {
      code: 'proxy-password',
      message: `the proxy ${proxyName(route)} demands a password (407): ${sent}`,
      try: `set the right user and password in ${route.proxy?.setIn}; only Basic authentication is possible`,
      status,
    };
  }
  return {
    code: 'proxy-refuses',
    message: `the proxy ${proxyName(route)} refuses a way to ${route.host} port ${route.port} (${status})`,
    try:
      status >= 500
        ? 'ask whoever runs the proxy: it cannot get there itself'
        : `have the proxy allow CONNECT to ${route.host}:${route.port}`,
    status,
  };
}

function proxyName({ proxy }: Route): string {
  return proxy === null ? '' : `${proxy.host}:${proxy.port}`;
}

function reasonFor(stage: 'proxy-dns' | 'proxy-tcp' | 'proxy-tls', code: string): string {
  if (stage === 'proxy-dns') return `its name cannot be looked up (${code})`;
  if (stage === 'proxy-tls') return `TLS with it fails (${code})`;
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  return code === 'TIMEOUT' || code === 'ETIMEDOUT' ? 'it does not answer' : `there is no way to it (${code})`;
}
