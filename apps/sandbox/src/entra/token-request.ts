import type { Sandbox } from '../sandbox.js';
import { secretFits, type Client } from './clients.js';
import { findAuthority, type Authority } from './directory.js';
import { EntraFailure, missingParameter, unknownClient, unknownTenant } from './failure.js';

/** A request to the token endpoint whose client has proved itself. */
export interface TokenRequest {
  authority: Authority;
  client: Client;
  grantType: string;
  form: URLSearchParams;
}

/**
 * @param authorization the header, for a client that uses Basic
 * @throws EntraFailure for an unknown tenant or client, or a secret that doesn't fit
 */
export function readTokenRequest(
  sandbox: Sandbox,
  segment: string,
  form: URLSearchParams,
  authorization: string | undefined,
): TokenRequest {
  const grantType = form.get('grant_type');
  if (!grantType) throw missingParameter('grant_type');
  const authority = findAuthority(segment);
  if (!authority) throw unknownTenant(segment);
  const basic = readBasic(authorization);
  const clientId = form.get('client_id') ?? basic?.clientId;
  if (!clientId) throw missingParameter('client_id');
  const client = sandbox.clients.get(clientId.toLowerCase());
  if (!client) throw unknownClient(clientId, segment);
  prove(client, form.get('client_secret') ?? basic?.clientSecret);
  return { authority, client, grantType, form };
}

function prove(client: Client, secret: string | null | undefined): void {
  if (!secret)
    throw new EntraFailure(
      'invalid_client',
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      { status: 401 },
    );
  if (secretFits(client, secret)) return;
  throw new EntraFailure(
    'invalid_client',
    7000215,
    `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client.clientId}'.`,
    { status: 401 },
  );
}

function readBasic(authorization: string | undefined): { clientId: string; clientSecret: string } | undefined {
  const encoded = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [clientId = '', clientSecret = ''] = Buffer.from(encoded, 'base64').toString().split(':', 2).map(formDecode);
  return { clientId, clientSecret };
}

function formDecode(text: string): string {
  return new URLSearchParams(`v=${text}`).get('v') ?? '';
}
