import httpProxy from '@fastify/http-proxy';
import { fastify, type FastifyInstance } from 'fastify';
import type { Services } from './services.js';

/** One origin in front of the three APIs, as an ingress is in a cluster. */
export async function startGateway(
  port: number,
  upstreams: Services['upstreams'],
  page: () => string,
): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit: 2 * 1024 * 1024, forceCloseConnections: true });
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page()));
  for (const [name, upstream] of Object.entries(upstreams)) {
    await app.register(httpProxy, {
      upstream,
      prefix: `/${name}`,
      rewritePrefix: `/${name}`,
      disableRequestLogging: true,
      undici: { headersTimeout: 0, bodyTimeout: 0, connections: 64 },
      replyOptions: {
        onError: (reply) => {
          // What is left of the body would stand before the next request on this connection.
          reply.header('connection', 'close').header('retry-after', '1');
          reply.code(503).type('application/problem+json').send(JSON.stringify(serviceAway));
        },
      },
    });
  }
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('application/problem+json').send({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is nothing at this address. The page at / says what there is.',
    }),
  );
  await app.listen({ port, host: '127.0.0.1' });
  return app;
}

const serviceAway = {
  type: '/problems#service_unavailable',
  title: 'Service unavailable',
  status: 503,
  code: 'service_unavailable',
  detail: 'This service is restarting. Try again in a second.',
};
