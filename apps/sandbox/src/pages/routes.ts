import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { splitUrl } from '../control/exchange.js';
import { environmentPath, environments, type Environment } from '../dataverse/environments.js';
import type { Sandbox } from '../sandbox.js';
import { homePage } from './home.js';
import { pageHeaders, policyFor } from './html.js';
import { journalPage } from './journal.js';
import { recordPage } from './record.js';
import { PAGE_SCRIPT } from './script.js';

export function pageRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  const headers = { ...pageHeaders, ...policyFor(PAGE_SCRIPT) };
  app.get('/', (_request, reply) => reply.headers(headers).send(homePage(sandbox)));
  app.get('/journal', (_request, reply) => reply.headers(headers).send(journalPage(sandbox.journal.list(0))));
  app.get('/favicon.ico', (_request, reply) => reply.code(204).send());
  recordRoutes(app, sandbox);
}

/** Beside the Web APIs, which have all other paths of their environments. */
function recordRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  const handle = (environment?: Environment) => (request: FastifyRequest, reply: FastifyReply) => {
    const [, query] = splitUrl(request.raw.url ?? '/');
    const { status, page } = recordPage(sandbox, environment, new URLSearchParams(query));
    return reply.code(status).headers(pageHeaders).send(page);
  };
  for (const environment of environments) app.get(`${environmentPath(environment)}/main.aspx`, handle(environment));
  app.get('/dataverse/:environment/main.aspx', handle());
}
