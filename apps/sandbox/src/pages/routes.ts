import type { FastifyInstance } from 'fastify';
import type { Sandbox } from '../sandbox.js';
import { homePage } from './home.js';
import { pageHeaders } from './html.js';
import { journalPage } from './journal.js';

export function pageRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  app.get('/', (_request, reply) => reply.headers(pageHeaders).send(homePage(sandbox)));
  app.get('/journal', (_request, reply) => reply.headers(pageHeaders).send(journalPage(sandbox.journal.list(0))));
}
