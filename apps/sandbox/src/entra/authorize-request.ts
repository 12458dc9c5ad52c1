import type { Sandbox } from '../sandbox.js';
import { allowsRedirect, type Client } from './clients.js';
import { findAuthority, type Authority } from './directory.js';
import { EntraFailure, missingParameter, unknownClient, unknownTenant } from './failure.js';
import type { CodeGrant } from './grants.js';
import { resourcesOf, splitScopes } from './scopes.js';

/** What a client sent the browser here with. */
export interface AuthorizeRequest {
  authority: Authority;
  client: Client;
  redirectUri: string;
  state: string | undefined;
  nonce: string | undefined;
  scopes: string[];
  prompt: string | undefined;
  loginHint: string | undefined;
  challenge: CodeGrant['challenge'];
}

/** An error that goes back to the client, since it is known where to. */
export class RedirectedFailure extends Error {
  override readonly name = 'RedirectedFailure';

  constructor(
    readonly failure: EntraFailure,
    readonly redirectUri: string,
    readonly state: string | undefined,
  ) {
    super(failure.message);
  }
}

/**
 * @param segment the tenant part of the path
 * @throws EntraFailure for what ends on a page (tenant, client, redirect URI), RedirectedFailure for the rest
 */
export function readAuthorize(sandbox: Sandbox, segment: string, query: URLSearchParams): AuthorizeRequest {
  const authority = findAuthority(segment);
  if (!authority) throw unknownTenant(segment);
  const { client, redirectUri } = readClient(sandbox, segment, query);
  const state = query.get('state') ?? undefined;
  try {
    requireCode(query);
    const scopes = splitScopes(required(query, 'scope'));
    resourcesOf(scopes, sandbox.origin);
    return {
      authority,
      client,
      redirectUri,
      state,
      scopes,
      nonce: query.get('nonce') ?? undefined,
      prompt: query.get('prompt') ?? undefined,
      loginHint: query.get('login_hint') ?? undefined,
      challenge: readChallenge(query),
    };
  } catch (error) {
    throw error instanceof EntraFailure ? new RedirectedFailure(error, redirectUri, state) : error;
  }
}

/** The client and where to return to, as sign-in and admin consent check them alike. */
export function readClient(
  sandbox: Sandbox,
  segment: string,
  query: URLSearchParams,
): { client: Client; redirectUri: string } {
  const clientId = required(query, 'client_id');
  const client = sandbox.clients.get(clientId.toLowerCase());
  if (!client) throw unknownClient(clientId, segment);
  const redirectUri = required(query, 'redirect_uri');
  if (allowsRedirect(client, redirectUri)) return { client, redirectUri };
  throw new EntraFailure(
    'invalid_request',
    50011,
    `The redirect URI '${redirectUri.slice(0, 200)}' specified in the request does not match the redirect URIs configured for the application '${client.clientId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.`,
  );
}

/** Where an error sends the browser. */
export function failureLocation({ failure, redirectUri, state }: RedirectedFailure): string {
  return location(redirectUri, { error: failure.oauthError, error_description: failure.description, state });
}

/** The redirect URI with parameters in its query. */
export function location(redirectUri: string, parameters: Record<string, string | undefined>): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

function requireCode(query: URLSearchParams): void {
  const responseType = required(query, 'response_type');
  if (responseType !== 'code')
    throw new EntraFailure('unsupported_response_type', 700051, `response_type '${responseType}' is not enabled.`);
  const mode = query.get('response_mode') ?? 'query';
  if (mode !== 'query') throw new EntraFailure('invalid_request', 90014, `response_mode '${mode}' is not served here.`);
}

function readChallenge(query: URLSearchParams): CodeGrant['challenge'] {
  const value = query.get('code_challenge');
  const method = query.get('code_challenge_method') ?? 'plain';
  if (value === null) return undefined;
  if (method === 'S256' || method === 'plain') {
    if (/^[\w.~-]{43,128}$/.test(value)) return { method, value };
    throw new EntraFailure('invalid_request', 501491, 'Invalid size of Code_Challenge parameter.');
  }
  throw new EntraFailure('invalid_request', 50147, 'Missing or invalid code_challenge_method.');
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw missingParameter(name);
  return value;
}
