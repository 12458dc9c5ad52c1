import type { FastifyInstance } from 'fastify';
import type { Sandbox } from '../sandbox.js';

/** Public keys of the host product: of its users' tokens, and of its pipeline's messages. */
export function hostRoutes(app: FastifyInstance, { host }: Sandbox): void {
  app.get('/host/jwks.json', () => host.userKey.jwks);
  app.get('/host/pipeline-jwks.json', () => host.pipelineKey.jwks);
}
