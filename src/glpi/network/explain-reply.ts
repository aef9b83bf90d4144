import type { NetworkCause } from './cause.ts';
import { cleanText } from './clean-text.ts';
import { durationInWords } from './duration-words.ts';
import type { ExchangeError, Reply } from './http-exchange.ts';

/** Why a connection that stood brought no answer. */
export function explainExchange({ reason }: ExchangeError, host: string, timeout: number): NetworkCause {
  switch (reason) {
    case 'timeout':
      return {
        code: 'answer-timeout',
        message: `${host} took the question, but did not answer it within ${durationInWords(timeout)}`,
        try: 'try again later; if it stays so, look for a filter that holds answers back to inspect them',
      };
    case 'dropped':
      return {
        code: 'connection-lost',
        message: `${host} took the question and closed the connection without an answer`,
        try: 'try again later; if it stays so, look for a filter in between that does not like the request',
      };
    case 'not-http':
      return {
        code: 'not-http',
        message: `what answers at ${host} does not speak HTTP`,
        try: 'check the address and the port of GLPI Network, and of the proxy',
      };
  }
}

/** Statuses that mean a proxy, filter or portal, or a server that cannot answer now; null: the status is no obstacle. */
export function explainStatus(reply: Reply, url: URL, now: number): NetworkCause | null {
  const { status } = reply;
  const host = url.hostname;
  if (status >= 300 && status < 400) return redirected(reply, url);
  if (status === 511 || (isHtml(reply) && isPortal(reply))) return portal(host, titleOf(reply), status);
  if (status === 403 || status === 451) {
    return {
      code: 'filtered',
      message: `a filter forbids ${host} (${status})${quoted(titleOf(reply))}`,
      try: `have the web filter or firewall allow https://${host}/api/`,
      status,
    };
  }
  if (status === 429) return tooMany(host, status, retryAfter(reply, now));
  if (status >= 500) return unwell(host, status, retryAfter(reply, now));
  return null;
}

/** Why a body is not the JSON that it should be. */
export function explainBody(reply: Reply, host: string): NetworkCause {
  const { status, ending } = reply;
  if (ending === 'too-large') {
    return {
      code: 'answer-too-large',
      message: `the answer of ${host} is far larger than any about a key (read up to ${reply.body.length} bytes)`,
      try: 'check the address of GLPI Network, and whether a portal or filter answers in its place',
      status,
    };
  }
  const text = reply.body.toString().trim();
  if (ending === 'cut' || (text.startsWith('{') && !text.endsWith('}'))) {
    return {
      code: 'answer-cut-off',
      message: `the answer of ${host} broke off after ${reply.body.length} bytes`,
      try: 'try again later; if it stays so, look for a filter or a bad line (MTU) in between',
      status,
    };
  }
  const page = isHtml(reply) ? `a web page${quoted(titleOf(reply))}` : 'something that is not JSON';
  const what = text === '' ? 'nothing' : page;
  return {
    code: 'not-json',
    message: `${host} answered with ${what} instead of JSON (${status})`,
    try: 'check the address of GLPI Network, and whether a portal or filter answers in its place',
    status,
  };
}

export function unusableAnswer(host: string, status: number): NetworkCause {
  return {
    code: 'unusable-answer',
    message: `${host} answered in JSON, but did not say whether the key is valid (${status})`,
    try: 'check the address of GLPI Network; if it is right, try again later',
    status,
  };
}

/** GLPI itself follows a redirect and sends the key along (Toolbox::callCurl); here it never is. */
function redirected(reply: Reply, url: URL): NetworkCause {
  const { status } = reply;
  const location = reply.headers.location ?? '';
  const target = URL.canParse(location, url.href) ? new URL(location, url) : null;
  const to = target === null ? 'nowhere' : cleanText(target.host);
  if (target !== null && domainOf(target.hostname) !== domainOf(url.hostname)) return portal(url.hostname, to, status);
  return {
    code: 'redirected',
    message: `${url.hostname} redirects to ${to} (${status}), and the key is not sent after it`,
    try: 'if GLPI Network has moved, name its new address with KEYKEEPER_REGISTRATION_URL',
    status,
  };
}

function portal(host: string, name: string | null, status: number): NetworkCause {
  return {
    code: 'captive-portal',
    message: `a portal answers in place of ${host} (${status})${quoted(name)}`,
    try: 'log in to the network, or have this machine pass without the portal',
    status,
  };
}

function tooMany(host: string, status: number, wait: number | null): NetworkCause {
  return {
    code: 'rate-limited',
    message: `${host} was asked too often (429)${wait === null ? '' : `, and wants to be left alone for ${durationInWords(wait)}`}`,
    try: 'wait; Keykeeper asks again by itself. Other machines behind the same address may have asked, too',
    status,
    ...(wait === null ? {} : { retryAfter: wait }),
  };
}

function unwell(host: string, status: number, wait: number | null): NetworkCause {
  return {
    code: 'server-error',
    message: `${host} cannot answer now (${status})`,
    try: 'wait; Keykeeper asks again by itself',
    status,
    ...(wait === null ? {} : { retryAfter: wait }),
  };
}

/** RFC 9110, 10.2.3: seconds, or a date. In ms; null where it is neither. */
function retryAfter({ headers }: Reply, now: number): number | null {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function isHtml({ headers, body }: Reply): boolean {
  return /\bhtml\b/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype html|html)/i.test(body.toString());
}

/** Only a page that wants to be filled in or sends the browser elsewhere; an error page does neither. */
function isPortal({ body }: Reply): boolean {
  return /<input[^>]*type=["']?password|http-equiv=["']?refresh|captive[ -]?portal/i.test(body.toString());
}

function titleOf({ body }: Reply): string | null {
  const title = /<title[^>]*>([^<]*)/i.exec(body.toString())?.[1];
  return title === undefined ? null : cleanText(title) || null;
}

function quoted(text: string | null): string {
  return text === null ? '' : `: "${text}"`;
}

/** The last two labels: enough to tell a portal of the network from the neighbour of a server. */
function domainOf(host: string): string {
  return /^[\d.]+$|:/.test(host) ? host : host.split('.').slice(-2).join('.');
}
