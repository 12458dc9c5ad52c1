import { createHash, timingSafeEqual, type X509Certificate } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import { mintSecret } from '../markers.js';
import { stableId } from '../stable-id.js';

/** How an application may prove itself; at least one of the three. */
export interface Credentials {
  clientSecret?: string;
  certificates?: readonly X509Certificate[];
  federations?: readonly Federation[];
}

/** Whose tokens stand for a secret (workload identity federation); `keys` are that issuer's. */
export interface Federation {
  issuer: string;
  subject: string;
  audience: string;
  keys: JSONWebKeySet;
}

/** A registered application. */
export interface Client extends Credentials {
  clientId: string;
  name: string;
  redirectUris: readonly string[];
}

export type ServiceRegistration = Credentials & Pick<Client, 'clientId'>;

export const testClientId = stableId('client/test');

/** auth-service's application and one for clients that are not ours. */
export function registeredClients(service?: ServiceRegistration): ReadonlyMap<string, Client> {
  const test: Client = {
    clientId: testClientId,
    clientSecret: mintSecret('cs.'),
    name: 'Test client',
    redirectUris: ['http://127.0.0.1:8765/callback', 'http://localhost:8765/callback'],
  };
  const clients = [test];
  if (service) clients.push({ ...service, name: 'Bliro for Dynamics 365', redirectUris: serviceRedirectUris() });
  return new Map(clients.map((client) => [client.clientId, client]));
}

function serviceRedirectUris(): string[] {
  const paths = ['/auth/v1/callback', '/auth/v1/admin-consent/callback'];
  return ['http://127.0.0.1', 'http://localhost'].flatMap((origin) => paths.map((path) => `${origin}${path}`));
}

/** Exact, but for the port of a loopback address, which Entra ignores. */
export function allowsRedirect({ redirectUris }: Pick<Client, 'redirectUris'>, given: string): boolean {
  return (
    URL.canParse(given) &&
    redirectUris.some((registered) => withoutLoopbackPort(registered) === withoutLoopbackPort(given))
  );
}

function withoutLoopbackPort(uri: string): string {
  return uri.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1)):\d{1,5}(?=\/|$)/, '$1');
}

export function secretFits({ clientSecret }: Client, given: string): boolean {
  return clientSecret !== undefined && timingSafeEqual(digest(clientSecret), digest(given));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
