import { createHash, timingSafeEqual } from 'node:crypto';
import { mintSecret } from '../markers.js';
import { stableId } from '../stable-id.js';

/** A registered application. */
export interface Client {
  clientId: string;
  clientSecret: string;
  name: string;
  redirectUris: readonly string[];
}

export const testClientId = stableId('client/test');

/** auth-service's application and one for clients that are not ours. */
export function registeredClients(service?: { clientId: string; clientSecret: string }): ReadonlyMap<string, Client> {
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
export function allowsRedirect({ redirectUris }: Client, given: string): boolean {
  return redirectUris.some((registered) => withoutLoopbackPort(registered) === withoutLoopbackPort(given));
}

function withoutLoopbackPort(uri: string): string {
  return uri.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1)):\d{1,5}(?=\/|$)/, '$1');
}

export function secretFits({ clientSecret }: Client, given: string): boolean {
  return timingSafeEqual(digest(clientSecret), digest(given));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
