import { environments, environmentPath } from '../dataverse/environments.js';
import { EntraFailure } from './failure.js';

/** A resource that tokens are given for: discovery, or one environment. */
export interface Resource {
  path: string;
  /** Absent: everybody may ask for it. */
  tenantId?: string;
}

const resources: readonly Resource[] = [
  { path: '/discovery' },
  ...environments.map((environment) => ({ path: environmentPath(environment), tenantId: environment.tenantId })),
];

const OIDC = new Set(['openid', 'offline_access', 'profile', 'email']);
const PERMISSIONS = ['user_impersonation', '.default'];

export function splitScopes(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((scope) => scope !== ''))];
}

/**
 * The resources that scopes ask for, in their order.
 * @param origin of the sandbox; `localhost` stands for its address too
 * @throws EntraFailure for a form or a resource that Entra doesn't know
 */
export function resourcesOf(scopes: readonly string[], origin: string): Resource[] {
  const found = scopes.filter((scope) => !OIDC.has(scope)).map((scope) => resourceOf(scope, origin));
  return [...new Set(found)];
}

function resourceOf(scope: string, origin: string): Resource {
  const permission = PERMISSIONS.find((name) => scope.endsWith(`/${name}`));
  if (!permission || !URL.canParse(scope)) throw invalidScope(scope);
  const url = new URL(scope.slice(0, -permission.length));
  const path = url.pathname.replace(/\/+$/, '');
  const resource = sameServer(url, origin) ? resources.find((candidate) => candidate.path === path) : undefined;
  if (resource) return resource;
  const name = `${url.origin}${path}`.slice(0, 200);
  throw new EntraFailure(
    'invalid_resource',
    500011,
    `The resource principal named ${name} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
  );
}

function sameServer(url: URL, origin: string): boolean {
  const own = new URL(origin);
  return url.protocol === own.protocol && url.port === own.port && ['127.0.0.1', 'localhost'].includes(url.hostname);
}

function invalidScope(scope: string): EntraFailure {
  const sentence = `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope.slice(0, 200)} is not valid.`;
  return new EntraFailure('invalid_scope', 70011, sentence);
}

/** What the consent page lists. */
export function permissionsOf(scopes: readonly string[]): string[] {
  const texts: [string, string][] = [
    ['openid', 'Sign you in'],
    ['profile', 'View your basic profile'],
    ['offline_access', 'Maintain access to data you have given it access to'],
  ];
  const known = texts.filter(([scope]) => scopes.includes(scope)).map(([, text]) => text);
  return scopes.some((scope) => !OIDC.has(scope)) ? ['Access Common Data Service as you', ...known] : known;
}
