import type { FastifyInstance } from 'fastify';
import type { Sandbox } from '../sandbox.js';
import { homePage } from './home.js';
import { pageHeaders, policyFor } from './html.js';
import { journalPage } from './journal.js';
import { PAGE_SCRIPT } from './script.js';

export function pageRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  const headers = { ...pageHeaders, ...policyFor(PAGE_SCRIPT) };
  app.get('/', (_request, reply) => reply.headers(headers).send(homePage(sandbox)));
  app.get('/journal', (_request, reply) => reply.headers(headers).send(journalPage(sandbox.journal.list(0))));
  app.get('/favicon.ico', (_request, reply) => reply.code(204).send());
}
