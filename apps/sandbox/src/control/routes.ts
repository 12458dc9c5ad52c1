import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import { z } from 'zod';
import { jobMessageSchema, sessionSchema } from '../host/requests.js';
import { pageHeaders } from '../pages/html.js';
import type { Sandbox } from '../sandbox.js';
import { consentAs, consentSchema } from './consent.js';
import { customize } from './customize.js';
import { customizeJsonSchema, customizePage } from './customize-page.js';
import { customizeSchema } from './customize-schema.js';
import { send, type Answer } from './exchange.js';
import { actOnEntra, entraSchema } from './entra.js';
import { faultSchema } from './faults.js';
import { info } from './info.js';
import { checked, ControlProblem, parsedJson } from './problem.js';
import { auditOf, changeRecord, recordChangeSchema, recordsOf, recordsQuerySchema } from './records.js';
import { settingsSchema } from './settings.js';

const journalQuerySchema = z.strictObject({
  target: z.enum(['entra', 'discovery', 'dataverse']).optional(),
  since: z.coerce.number().int().min(0).default(0),
});

const auditQuerySchema = recordsQuerySchema.partial({ table: true });

type Handle = (request: FastifyRequest) => Answer | Promise<Answer>;

/** What tests and rehearsals steer the sandbox with. */
export function controlRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  const { host, journal, faults } = sandbox;
  const on = (method: HTTPMethods, path: string, handle: Handle): void => {
    app.route({
      method,
      url: `/control/${path}`,
      handler: async (request, reply) => send(reply, await orProblem(() => handle(request))),
    });
  };
  on('GET', 'info', () => ok(info(sandbox)));
  on('POST', 'session', async ({ body }) =>
    ok({ token: await host.sessionToken(checked(sessionSchema, parsedJson(body))) }),
  );
  on('POST', 'job-message', async ({ body }) =>
    ok({ jws: await host.jobMessage(checked(jobMessageSchema, parsedJson(body))) }),
  );
  on('POST', 'consent', ({ body }) => ok(consentAs(sandbox, checked(consentSchema, parsedJson(body)))));
  on('GET', 'journal', ({ query }) => {
    const { since, target } = checked(journalQuerySchema, query);
    return ok({ items: journal.list(since, target) });
  });
  on('GET', 'records', ({ query }) => ok({ items: recordsOf(sandbox, checked(recordsQuerySchema, query)) }));
  on('POST', 'records', async ({ body }) => {
    const { created, record } = await changeRecord(sandbox, checked(recordChangeSchema, parsedJson(body)));
    return { status: created ? 201 : 200, body: record };
  });
  on('GET', 'audit', ({ query }) => ok({ items: auditOf(sandbox, checked(auditQuerySchema, query)) }));
  on('POST', 'customize', ({ body }) => {
    customize(sandbox, checked(customizeSchema, parsedJson(body)));
    return { status: 204 };
  });
  on('GET', 'customize', ({ headers }) => customizeHelp(headers.accept));
  on('POST', 'entra', ({ body }) => {
    actOnEntra(sandbox, checked(entraSchema, parsedJson(body)));
    return { status: 204 };
  });
  on('POST', 'settings', ({ body }) => {
    sandbox.settings.change(checked(settingsSchema, parsedJson(body)));
    return { status: 204 };
  });
  on('POST', 'faults', ({ body }) => {
    const id = faults.add(checked(faultSchema, parsedJson(body)));
    return { status: 201, body: { id } };
  });
  on('DELETE', 'faults', () => {
    faults.clear();
    return { status: 204 };
  });
  on('POST', 'reset', () => {
    sandbox.reset();
    return ok({});
  });
}

function ok(body: object): Answer {
  return { status: 200, headers: { 'cache-control': 'no-store' }, body };
}

/** A page for a browser, the schema for anything else. */
function customizeHelp(accept = ''): Answer {
  return accept.includes('text/html')
    ? { status: 200, headers: pageHeaders, body: customizePage() }
    : ok(customizeJsonSchema());
}

async function orProblem(answer: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof ControlProblem) return error.answer();
    throw error;
  }
}
