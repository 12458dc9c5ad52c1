import type { JWTPayload } from 'jose';
import { markedTokenId } from '../markers.js';
import type { Sandbox } from '../sandbox.js';
import { stableSubject } from '../stable-id.js';
import { tenantOf, type User } from './directory.js';
import type { Grant } from './grants.js';
import type { Resource } from './scopes.js';

const ID_TOKEN_SECONDS = 3600;
/** Real tokens begin five minutes before they are issued. */
const LEEWAY_SECONDS = 300;

export function issuerOf(origin: string, tenantId: string): string {
  return `${origin}/${tenantId}/v2.0`;
}

/** Pairwise: another application sees another subject of the same user. */
export function subjectOf(user: User, clientId: string): string {
  return stableSubject(`${user.oid}/${clientId}`);
}

/** Who the user is, for the client; object id and name only where `profile` was asked for. */
export function idToken({ origin, entraKey }: Sandbox, grant: Grant, scopes: readonly string[], nonce?: string) {
  const { user, clientId } = grant;
  const profile = { oid: user.oid, name: user.name, preferred_username: user.upn };
  return entraKey.sign({
    ver: '2.0',
    iss: issuerOf(origin, user.tenantId),
    sub: subjectOf(user, clientId),
    aud: clientId,
    ...life(ID_TOKEN_SECONDS),
    tid: user.tenantId,
    uti: markedTokenId(),
    ...(nonce === undefined ? {} : { nonce }),
    ...(scopes.includes('profile') ? profile : {}),
  });
}

/** A key to one resource; in the form that Dataverse gets, which is not for the client to read. */
export function accessToken({ origin, entraKey, accessTokenSeconds }: Sandbox, grant: Grant, resource: Resource) {
  const { user, clientId } = grant;
  return entraKey.sign({
    ver: '1.0',
    iss: `${origin}/${user.tenantId}/`,
    aud: `${origin}${resource.path}`,
    ...life(accessTokenSeconds),
    appid: clientId,
    appidacr: '1',
    oid: user.oid,
    sub: subjectOf(user, resource.path),
    scp: 'user_impersonation',
    tid: user.tenantId,
    upn: user.upn,
    uti: markedTokenId(),
  });
}

export interface Bearer {
  oid: string;
  upn: string;
}

/** Who holds this access token, if it is one for that address and still good. */
export async function bearerOf(
  { origin, entraKey }: Sandbox,
  authorization: string | undefined,
  path: string,
): Promise<Bearer | undefined> {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  const claims = token === undefined ? undefined : await entraKey.verify(token);
  if (!claims || claims.aud !== `${origin}${path}` || claims['scp'] !== 'user_impersonation') return undefined;
  const { oid, upn } = claims;
  return typeof oid === 'string' && typeof upn === 'string' ? { oid, upn } : undefined;
}

/** MSAL's key of an account; like the object id it comes with `profile` only. */
export function clientInfo(user: User): string {
  return Buffer.from(JSON.stringify({ uid: user.oid, utid: tenantOf(user).id })).toString('base64url');
}

function life(seconds: number): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return { iat: now - LEEWAY_SECONDS, nbf: now - LEEWAY_SECONDS, exp: now + seconds };
}
