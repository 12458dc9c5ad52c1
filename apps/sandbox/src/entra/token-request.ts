import type { Sandbox } from '../sandbox.js';
import { prove } from './client-proof.js';
import type { Client } from './clients.js';
import { findAuthority, type Authority } from './directory.js';
import { EntraFailure, missingParameter, unknownClient, unknownTenant } from './failure.js';

/** A request to the token endpoint whose client has proved itself. */
export interface TokenRequest {
  authority: Authority;
  client: Client;
  grantType: string;
  form: URLSearchParams;
  /** Under which of its names the sandbox was asked. */
  origin: string;
}

/** The request as it came. */
export interface Received {
  segment: string;
  form: URLSearchParams;
  /** The header, for a client that uses Basic. */
  authorization: string | undefined;
  /** Whether a page in a browser asks; a client with a secret never does. */
  fromPage: boolean;
  origin: string;
}

/** @throws EntraFailure for an unknown tenant or client, or a proof that doesn't fit */
export async function readTokenRequest(
  sandbox: Sandbox,
  { segment, form, authorization, fromPage, origin }: Received,
): Promise<TokenRequest> {
  const grantType = form.get('grant_type');
  if (!grantType) throw missingParameter('grant_type');
  const authority = findAuthority(segment);
  if (!authority) throw unknownTenant(segment);
  if (form.has('resource')) throw EntraFailure.of(901002);
  if (fromPage) throw EntraFailure.of(9002326);
  const basic = readBasic(authorization);
  const clientId = form.get('client_id') ?? basic?.clientId;
  if (!clientId) throw missingParameter('client_id');
  const client = sandbox.clients.get(clientId.toLowerCase());
  if (!client) throw unknownClient(clientId, segment);
  const proof = {
    secret: form.get('client_secret') ?? basic?.clientSecret,
    assertion: form.get('client_assertion') ?? undefined,
    assertionType: form.get('client_assertion_type') ?? undefined,
  };
  await prove(client, proof, audiencesOf(sandbox, segment, origin));
  return { authority, client, grantType, form, origin };
}

/** The token endpoint, and the issuer, under either name of the sandbox. */
function audiencesOf(sandbox: Sandbox, segment: string, origin: string): string[] {
  return [origin, sandbox.origin].flatMap((own) => [`${own}/${segment}/oauth2/v2.0/token`, `${own}/${segment}/v2.0`]);
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
