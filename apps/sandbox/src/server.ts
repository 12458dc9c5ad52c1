import type { IncomingHttpHeaders } from 'node:http';
import { fastify, type FastifyInstance } from 'fastify';
import { controlRoutes } from './control/routes.js';
import { dataverseRoutes } from './dataverse/routes.js';
import { discoveryRoutes } from './discovery/routes.js';
import { signInRoutes } from './entra/sign-in-routes.js';
import { tokenRoutes } from './entra/token-routes.js';
import { hostRoutes } from './host/routes.js';
import { pageRoutes } from './pages/routes.js';
import type { Sandbox } from './sandbox.js';

const LONGEST_BODY = 16 * 1024 * 1024;
/** Dataverse takes URLs of 32 KB, and the other headers need room too. */
const LONGEST_HEADERS = 64 * 1024;

/** All stand-ins on one server, each under paths of its own. */
export function buildServer(sandbox: Sandbox): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: LONGEST_BODY,
    routerOptions: { maxParamLength: LONGEST_HEADERS },
    http: { maxHeaderSize: LONGEST_HEADERS },
    exposeHeadRoutes: false,
    forceCloseConnections: true,
  });
  // Each stand-in reads bodies in its own way and refuses them in its own words.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request.headers, request.url);
    if (refusal) await reply.code(403).type('text/plain; charset=utf-8').send(refusal);
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) sandbox.logger.error({ err: error, method: request.method }, 'request failed');
    return reply.code(status).send({ error: { code: String(status), message: error.message } });
  });
  for (const path of ['/health/live', '/health/ready']) app.get(path, () => ({ status: 'ok' }));
  pageRoutes(app, sandbox);
  controlRoutes(app, sandbox);
  hostRoutes(app, sandbox);
  discoveryRoutes(app, sandbox);
  dataverseRoutes(app, sandbox);
  tokenRoutes(app, sandbox);
  signInRoutes(app, sandbox);
  return app;
}

/** A page on the Internet may point its own name here, or send forms here: neither gets an answer. */
function refusalOf({ host = '', origin }: IncomingHttpHeaders, url: string): string | undefined {
  if (!isLocal(host)) return 'The sandbox answers to 127.0.0.1 and localhost only.\n';
  if (url.startsWith('/control/') && origin !== undefined && !isOwn(origin, host))
    return 'The control API takes no calls from the pages of other origins.\n';
  return undefined;
}

function isLocal(host: string): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/i.test(host);
}

function isOwn(origin: string, host: string): boolean {
  return origin === `http://${host}`;
}

/**
 * Opens the port; 0 lets the system choose one.
 * @returns the port
 */
export async function listen(app: FastifyInstance, sandbox: Sandbox, port: number, address: string): Promise<number> {
  await app.listen({ port, host: address });
  const bound = app.server.address();
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
  sandbox.listeningAt(actual);
  return actual;
}
