import type { IncomingMessage } from 'node:http';
import { type Context, Hono } from 'hono';
import { Failure } from '../../core/failure.ts';
import type { Secret } from '../../core/secret.ts';
import { failureDocument } from '../failure-document.ts';
import type { Logger } from '../logger.ts';
import { scrape } from '../scrape.ts';
import { isAllowedHost, isAllowedOrigin } from './allowed-host.ts';
import { carriesToken } from './bearer-token.ts';
import { isBodyTooLarge } from './body-size.ts';
import type { HttpLimits } from './http-limits.ts';
import type { KeeperView } from './keeper-view.ts';
import { RateLimit } from './rate-limit.ts';

export interface AppOptions {
  readonly view: KeeperView;
  readonly token: Secret<string> | null;
  /** The host that the server listens on, without brackets. */
  readonly host: string;
  readonly logger: Logger;
  readonly limits: Pick<HttpLimits, 'rate'>;
}

/** What the adapter gives along with a request. */
interface Bindings {
  readonly incoming: IncomingMessage;
}

type App = Hono<{ Bindings: Bindings }>;
type AppContext = Context<{ Bindings: Bindings }>;

/** No request has anything to say in its body; in bytes. */
const BODY_LIMIT = 4096;

/** What each path answers to; HEAD goes with GET. */
const METHODS: ReadonlyMap<string, string> = new Map([
  ['/healthz', 'GET'],
  ['/readyz', 'GET'],
  ['/status', 'GET'],
  ['/metrics', 'GET'],
  ['/reconcile', 'POST'],
]);

/** The HTTP interface of `watch`: reading is open, changing asks for the token; every answer but /metrics is JSON. */
export function createApp({ view, token, host, logger, limits }: AppOptions): App {
  const app: App = new Hono();
  const rate = new RateLimit(limits.rate);
  app.use(async function guard(context, next) {
    context.header('Cache-Control', 'no-store');
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Content-Security-Policy', "default-src 'none'");
    const named = context.req.header('host');
    if (!isAllowedHost(named, host)) {
      return refusal(context, 403, 'this name is not served', 'ask by IP address or by the name of the service');
    }
    if (!isAllowedOrigin(context.req.header('origin'), named)) {
      return refusal(context, 403, 'requests from web pages are not served', 'ask from the command line');
    }
    if (!rate.take(clientOf(context))) return tooMany(context);
    if (await isBodyTooLarge(context.req.raw, BODY_LIMIT)) {
      return refusal(context, 413, 'the body is too large', 'send none');
    }
    return next();
  });

  app.get('/healthz', (context) => {
    const { healthy, reason } = view.health();
    return context.json({ healthy, reason }, healthy ? 200 : 503);
  });
  app.get('/readyz', (context) => {
    const ready = view.ready();
    return context.json({ ready, reason: view.health().reason }, ready ? 200 : 503);
  });
  app.get('/status', (context) => context.json(view.status()));
  app.get('/metrics', async (context) => {
    const { contentType, body } = await scrape(view.metrics());
    return context.body(body, 200, { 'Content-Type': contentType });
  });
  app.post('/reconcile', async (context) => {
    if (token === null) {
      return refusal(context, 403, 'changes over HTTP are off', 'set KEYKEEPER_HTTP_TOKEN_FILE and start watch again');
    }
    if (!carriesToken(context.req.header('authorization'), token)) {
      context.header('WWW-Authenticate', 'Bearer realm="keykeeper"');
      return refusal(context, 401, 'the bearer token is missing or wrong', 'Authorization: Bearer <token>');
    }
    // A pass may take longer than a client may be silent.
    context.env.incoming.socket.setTimeout(0);
    return context.json(await view.reconcile());
  });

  app.notFound((context) => {
    const allowed = METHODS.get(context.req.path);
    const paths = [...METHODS].map(([path, method]) => `${method} ${path}`).join(', ');
    if (allowed === undefined) return refusal(context, 404, 'there is nothing here', paths);
    context.header('Allow', allowed === 'GET' ? 'GET, HEAD' : allowed);
    return refusal(context, 405, 'this method is not served here', `${allowed} ${context.req.path}`);
  });
  app.onError((error, context) => {
    if (error instanceof Failure) return context.json(failureDocument('reconcile', error), 503);
    logger.error('a request failed', { method: context.req.method, path: context.req.path, error });
    return refusal(context, 500, 'an unexpected error, see the log', '');
  });
  return app;
}

function clientOf(context: AppContext): string {
  return context.env.incoming.socket.remoteAddress ?? '';
}

function tooMany(context: AppContext): Response {
  context.header('Retry-After', '10');
  return refusal(context, 429, 'too many requests', 'wait some seconds');
}

function refusal(
  context: AppContext,
  status: 401 | 403 | 404 | 405 | 413 | 429 | 500,
  error: string,
  hint: string,
): Response {
  return context.json({ error, try: hint }, status);
}
