import type { JWTPayload } from 'jose';
import { markedTokenId } from '../markers.js';
import type { Sandbox } from '../sandbox.js';
import { stableSubject } from '../stable-id.js';
import { tenantOf, type User } from './directory.js';
import type { Grant } from './grants.js';
import { audienceOf, graph, isDefault, type Resource } from './scopes.js';

const ID_TOKEN_SECONDS = 3600;
/** Real tokens begin five minutes before they are issued. */
const LEEWAY_SECONDS = 300;

/** What is given out for one redemption. */
export interface Redemption {
  grant: Grant;
  /** As asked for now. */
  scopes: readonly string[];
  /** Undefined: Graph. */
  resource: Resource | undefined;
  nonce?: string | undefined;
  idTokenClaims?: readonly string[];
}

/** The body of the token endpoint's answer. */
export async function tokensFor(
  sandbox: Sandbox,
  { origin }: { origin: string },
  redemption: Redemption,
): Promise<Record<string, unknown>> {
  const { grant, resource = graph } = redemption;
  const { settings, grants, consents } = sandbox;
  const scopes = redemption.scopes.filter(
    (scope) => !['profile', 'email'].includes(scope) || consents.cover(grant.user, grant.clientId, [scope]),
  );
  const has = (scope: string): boolean => scopes.includes(scope);
  return {
    token_type: 'Bearer',
    scope: grantedScope(scopes, resource, sandbox.origin),
    expires_in: settings.accessTokenSeconds,
    ext_expires_in: settings.accessTokenSeconds,
    access_token: await accessToken(sandbox, grant, resource),
    ...(grant.scopes.includes('offline_access')
      ? { refresh_token: grants.issueRefreshToken(grant, sandbox.now()) }
      : {}),
    ...(has('openid') ? { id_token: await idToken(sandbox, origin, { ...redemption, scopes }) } : {}),
    ...(has('openid') && has('profile') ? { client_info: clientInfo(grant.user) } : {}),
  };
}

/** With `.default` the answer names what that stands for, too. */
function grantedScope(scopes: readonly string[], resource: Resource, origin: string): string {
  if (resource === graph) return [...scopes.filter((scope) => scope !== 'offline_access'), 'User.Read'].join(' ');
  const name = `${origin}${resource.path}`;
  return [`${name}/user_impersonation`, ...(scopes.some(isDefault) ? [`${name}/.default`] : [])].join(' ');
}

export function issuerOf(origin: string, tenantId: string): string {
  return `${origin}/${tenantId}/v2.0`;
}

/** Pairwise: another application sees another subject of the same user. */
export function subjectOf(user: User, clientId: string): string {
  return stableSubject(`${user.oid}/${clientId}`);
}

/** Who the user is, for the client; object id and name only where `profile` was asked for. */
function idToken({ entraKey, now }: Sandbox, origin: string, redemption: Redemption): Promise<string> {
  const { grant, scopes, nonce, idTokenClaims = [] } = redemption;
  const { user, clientId } = grant;
  const only = (wanted: boolean, claims: JWTPayload): JWTPayload => (wanted ? claims : {});
  return entraKey.sign({
    ver: '2.0',
    iss: issuerOf(origin, user.tenantId),
    sub: subjectOf(user, clientId),
    aud: clientId,
    ...life(ID_TOKEN_SECONDS, now()),
    tid: user.tenantId,
    uti: markedTokenId(),
    ...only(nonce !== undefined, { nonce }),
    ...only(scopes.includes('profile'), { oid: user.oid, name: user.name, preferred_username: user.upn }),
    ...only(scopes.includes('email'), { email: user.upn }),
    ...only(idTokenClaims.includes('auth_time'), { auth_time: grant.signedInAt }),
    // An optional claim that Entra gives when it is asked for; there it is opaque.
    ...only(idTokenClaims.includes('login_hint') && scopes.includes('profile'), { login_hint: loginHintOf(user) }),
  });
}

/** A key to one resource; in the form that Dataverse gets, which is not for the client to read. */
export function accessToken(
  { origin, entraKey, settings, now }: Sandbox,
  { user, clientId, strong = false }: Pick<Grant, 'user' | 'clientId'> & Partial<Grant>,
  resource: Resource,
): Promise<string> {
  return entraKey.sign({
    ver: '1.0',
    iss: `${origin}/${user.tenantId}/`,
    aud: audienceOf(resource, origin),
    ...life(settings.accessTokenSeconds, now()),
    acr: '1',
    amr: strong ? ['pwd', 'mfa'] : ['pwd'],
    appid: clientId,
    appidacr: '1',
    oid: user.oid,
    sub: subjectOf(user, resource.path),
    scp: resource === graph ? 'openid profile email User.Read' : 'user_impersonation',
    tid: user.tenantId,
    unique_name: user.upn,
    upn: user.upn,
    uti: markedTokenId(),
  });
}

export interface Bearer {
  oid: string;
  upn: string;
  /** The application that got the token. */
  appid?: string;
}

/** Who holds this access token, if it is one for that address and still good. */
export async function bearerOf(
  { origin, entraKey }: Sandbox,
  authorization: string | undefined,
  path: string,
): Promise<Bearer | undefined> {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  const claims = token === undefined ? undefined : await entraKey.verify(token);
  if (claims?.aud !== `${origin}${path}` || claims['scp'] !== 'user_impersonation') return undefined;
  const { oid, upn, appid } = claims;
  if (typeof oid !== 'string' || typeof upn !== 'string') return undefined;
  return { oid, upn, ...(typeof appid === 'string' ? { appid } : {}) };
}

export function loginHintOf({ upn }: User): string {
  return `O.${Buffer.from(upn).toString('base64url')}`;
}

/** MSAL's key of an account; like the object id it comes with `profile` only. */
function clientInfo(user: User): string {
  return Buffer.from(JSON.stringify({ uid: user.oid, utid: tenantOf(user).id })).toString('base64url');
}

function life(seconds: number, milliseconds: number): JWTPayload {
  const now = Math.floor(milliseconds / 1000);
  return { iat: now - LEEWAY_SECONDS, nbf: now - LEEWAY_SECONDS, exp: now + seconds };
}
