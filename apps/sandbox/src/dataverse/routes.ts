import type { FastifyInstance, FastifyRequest } from 'fastify';
import { conduct, splitUrl, type Answer, type Known } from '../control/exchange.js';
import type { Effect } from '../control/faults.js';
import { bearerOf, type Bearer } from '../entra/tokens.js';
import type { Sandbox } from '../sandbox.js';
import { serveBatch } from './batch/serve.js';
import { environmentPath, environments, type Environment } from './environments.js';
import { DataverseFailure } from './failure.js';
import type { Organization } from './organization.js';
import { readPreferences } from './query/preferences.js';
import { serveWebApi } from './web-api/serve.js';

interface DataverseKnown extends Known {
  bearer?: Bearer | undefined;
}

/** Every environment's Web API, each under its own path. */
export function dataverseRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  for (const environment of environments) {
    const base = environmentPath(environment);
    app.route({
      method: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
      url: `${base}/*`,
      handler: (request, reply) => {
        const [fullPath, query] = splitUrl(request.raw.url ?? '/');
        const path = fullPath.slice(base.length);
        return conduct<DataverseKnown>(sandbox, request, reply, {
          target: 'dataverse',
          path,
          identify: async () => {
            const bearer = await bearerOf(sandbox, request.headers.authorization, base);
            return { environment: environment.id, bearer, ...(bearer ? { user: bearer.upn } : {}) };
          },
          carryOut: ({ bearer }) => answerTo(sandbox, environment, request, { path, query, bearer }),
          trouble,
        });
      },
    });
  }
}

interface Question {
  path: string;
  query: string;
  bearer: Bearer | undefined;
}

async function answerTo(
  sandbox: Sandbox,
  environment: Environment,
  request: FastifyRequest,
  question: Question,
): Promise<Answer> {
  const { bearer } = question;
  if (!bearer) return unauthorized(sandbox, environment);
  const organization = sandbox.organizationOf(environment);
  const always = { ...odata, REQ_ID: request.id, 'x-ms-service-request-id': request.id, 'x-ms-dop-hint': '4' };
  let passage: Passage | undefined;
  try {
    keepOut(organization, request, bearer);
    passage = organization.protection.enter(bearer.oid);
    const answer = await served(sandbox, organization, request, question, bearer);
    return { ...answer, headers: { ...always, ...passage.headers(), ...answer.headers } };
  } catch (error) {
    if (!(error instanceof DataverseFailure)) throw error;
    const { annotation } = readPreferences(headerText(request.headers['prefer']));
    return { status: error.status, headers: { ...always, ...error.headers }, body: error.body(annotation) };
  } finally {
    passage?.leave();
  }
}

function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

type Passage = ReturnType<Organization['protection']['enter']>;

function served(
  sandbox: Sandbox,
  organization: Organization,
  { method, headers, body }: FastifyRequest,
  { path, query }: Question,
  bearer: Bearer,
): Promise<Answer> {
  const version = /^\/api\/data\/(v9\.[0-2])(?:\/|$)/.exec(path);
  if (!version) throw new DataverseFailure(404, '0x8006088a', 'No HTTP resource was found that matches the request.');
  if (path.length + query.length > LONGEST_URL) throw new DataverseFailure(414, '', 'The request URL is too long.');
  const request = {
    method,
    query,
    path: path.slice(version[0].length),
    headers: headers as Record<string, string | undefined>,
    body: typeof body === 'string' ? body : '',
    member: organization.membership.memberOf(bearer.oid),
    organization,
    root: `${sandbox.environmentUrl(organization.environment)}/api/data/${version[1] ?? ''}/`,
  };
  return request.path === '$batch' ? serveBatch(request) : serveWebApi(request);
}

/** What an administrator of the environment can shut out as a whole, whoever the user is. */
function keepOut({ firewall, blockedApplications }: Organization, { ip }: FastifyRequest, { appid }: Bearer): void {
  if (firewall && !firewall.check(ip.replace(/^::ffff:/, '')))
    // The code is from one public write-up.
    throw new DataverseFailure(
      403,
      '0x80095ffe',
      `Access to Dataverse API is blocked because of an IP restriction: the request came from ${ip}.`,
    );
  if (appid !== undefined && blockedApplications.has(appid.toLowerCase()))
    throw new DataverseFailure(
      403,
      '0x80095ffc',
      `The application ID ${appid} is not allowed to access this environment. Contact your administrator.`,
    );
}

/** GET takes URLs of 32 KB. */
const LONGEST_URL = 32_768;
const odata = { 'OData-Version': '4.0' };

/** Names, unquoted as at Microsoft, where a token is to be had and for what. */
function unauthorized(sandbox: Sandbox, environment: Environment): Answer {
  const uri = `${sandbox.origin}/${environment.tenantId}/oauth2/authorize`;
  const challenge = `Bearer authorization_uri=${uri}, resource_id=${sandbox.environmentUrl(environment)}/`;
  return { status: 401, headers: { 'www-authenticate': challenge } };
}

const usualCodes: Partial<Record<number, string>> = {
  429: '0x80072322',
  500: '0x80040216',
  502: '',
  503: '0x8004418d',
  504: '0x80044151',
};

function trouble({ status, code, retryAfter }: Extract<Effect, { kind: 'status' }>): Answer {
  return {
    status,
    headers: { ...odata, ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }) },
    body: {
      error: {
        code: code ?? usualCodes[status] ?? '0x80040216',
        message: 'A fault that was asked for at the sandbox.',
      },
    },
  };
}
