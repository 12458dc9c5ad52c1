import { environments, environmentPath } from '../dataverse/environments.js';
import { EntraFailure } from './failure.js';

/** A resource that tokens are given for: discovery, one environment, or Graph. */
export interface Resource {
  /** Where it is here; Graph's is its name. */
  path: string;
  /** Absent: everybody may ask for it. */
  tenantId?: string;
}

/** Nothing serves it here; tokens without another resource are for it, as at Microsoft. */
export const graph: Resource = { path: 'https://graph.microsoft.com' };
const GRAPH_ID = '00000003-0000-0000-c000-000000000000';

const resources: readonly Resource[] = [
  { path: '/discovery' },
  ...environments.map((environment) => ({ path: environmentPath(environment), tenantId: environment.tenantId })),
];

const OIDC = new Set(['openid', 'offline_access', 'profile', 'email']);
const IMPERSONATION = 'user_impersonation';
const DEFAULT = '.default';

export function audienceOf({ path }: Resource, origin: string): string {
  return path === graph.path ? GRAPH_ID : `${origin}${path}`;
}

export function splitScopes(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((scope) => scope !== ''))];
}

export function isDefault(scope: string): boolean {
  return scope === DEFAULT || scope.endsWith(`/${DEFAULT}`);
}

/** The scopes that name a resource, and not OpenID Connect's own. */
export function resourceScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !OIDC.has(scope));
}

/**
 * The resources that scopes ask for, in their order.
 * @param origin of the sandbox; `localhost` stands for its address too
 * @throws EntraFailure for a form or a resource that Entra doesn't know
 */
export function resourcesOf(scopes: readonly string[], origin: string): Resource[] {
  const asked = resourceScopes(scopes);
  if (asked.length > 1 && asked.some(isDefault))
    throw invalidScope(
      `${asked.join(' ')} is not valid. .default scope can't be combined with resource-specific scopes.`,
    );
  return [...new Set(asked.map((scope) => resourceOf(scope, origin)))];
}

function resourceOf(scope: string, origin: string): Resource {
  if (/^(https:\/\/graph\.microsoft\.com\/)?(User\.Read|\.default)$/i.test(scope)) return graph;
  const [, name = '', permission = ''] = /^(https?:\/\/.+)\/([^/]+)$/.exec(scope) ?? [];
  if (!URL.canParse(name)) throw invalidScope(`${scope.slice(0, 200)} is not valid.`);
  const url = new URL(name);
  const path = url.pathname.replace(/\/+$/, '');
  const resource = sameServer(url, origin) ? resources.find((candidate) => candidate.path === path) : undefined;
  if (!resource) throw unknownResource(`${url.origin}${path}`);
  if (permission === IMPERSONATION || permission === DEFAULT) return resource;
  throw EntraFailure.of(
    650053,
    `The application asked for scope '${permission.slice(0, 100)}' that doesn't exist on the resource '00000007-0000-0000-c000-000000000000'. Contact the app vendor.`,
  );
}

function sameServer(url: URL, origin: string): boolean {
  const own = new URL(origin);
  return url.protocol === own.protocol && url.port === own.port && ['127.0.0.1', 'localhost'].includes(url.hostname);
}

function unknownResource(name: string): EntraFailure {
  return EntraFailure.of(
    500011,
    `The resource principal named ${name.slice(0, 200)} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
  );
}

function invalidScope(why: string): EntraFailure {
  const sentence = `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${why}`;
  return EntraFailure.of(70011, sentence);
}

/** `dynamics` for each of its addresses, `graph`, and the scopes of OpenID Connect as they are. */
export function permissionsIn(scopes: readonly string[]): string[] {
  const names = scopes.map((scope) => {
    if (OIDC.has(scope)) return scope;
    return /^(https:\/\/graph\.microsoft\.com\/.*|User\.Read|\.default)$/i.test(scope) ? 'graph' : 'dynamics';
  });
  return [...new Set(names)];
}

const texts: readonly (readonly [permission: string, text: string])[] = [
  ['dynamics', 'Access Common Data Service as you'],
  ['graph', 'Sign you in and read your profile'],
  ['openid', 'Sign you in'],
  ['profile', 'View your basic profile'],
  ['email', 'View your email address'],
  ['offline_access', 'Maintain access to data you have given it access to'],
];

/** What a consent gives: with `.default` all that the registration lists. */
export function permissionsGiven(scopes: readonly string[]): string[] {
  const asked = permissionsIn(scopes);
  return scopes.some(isDefault) ? [...new Set([...asked, 'dynamics', 'graph'])] : asked;
}

/** What the consent page lists; the last stands on each of Entra's, also where it is not asked for. */
export function permissionsOf(scopes: readonly string[]): string[] {
  const asked = [...permissionsGiven(scopes), 'offline_access'];
  return texts.filter(([permission]) => asked.includes(permission)).map(([, text]) => text);
}
