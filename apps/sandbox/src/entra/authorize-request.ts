import type { Sandbox } from '../sandbox.js';
import { readClaims, type ClaimsAsked } from './claims-request.js';
import { allowsRedirect, type Client } from './clients.js';
import { findAuthority, type Authority } from './directory.js';
import { EntraFailure, missingParameter, unknownClient, unknownTenant } from './failure.js';
import type { CodeGrant } from './grants.js';
import { resourcesOf, splitScopes } from './scopes.js';
import { readResponseMode, type Return } from './way-back.js';

const prompts = ['login', 'none', 'consent', 'select_account'] as const;
export type Prompt = (typeof prompts)[number];

/** What a client sent the browser here with. */
export interface AuthorizeRequest {
  authority: Authority;
  client: Client;
  back: Return;
  nonce: string | undefined;
  scopes: string[];
  prompt: Prompt | undefined;
  loginHint: string | undefined;
  domainHint: string | undefined;
  challenge: CodeGrant['challenge'];
  claims: ClaimsAsked;
}

/** An error that goes back to the client, since it is known where to. */
export class RedirectedFailure extends Error {
  override readonly name = 'RedirectedFailure';

  constructor(
    readonly failure: EntraFailure,
    readonly back: Return,
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
  const back: Return = { redirectUri, mode: 'query', state: query.get('state') ?? undefined };
  try {
    back.mode = readResponseMode(query);
    requireCode(query);
    if (query.has('resource')) throw EntraFailure.of(901002);
    const scopes = splitScopes(required(query, 'scope'));
    resourcesOf(scopes, sandbox.origin);
    return {
      authority,
      client,
      back,
      scopes,
      nonce: query.get('nonce') ?? undefined,
      prompt: readPrompt(query),
      loginHint: query.get('login_hint') ?? undefined,
      domainHint: query.get('domain_hint') ?? undefined,
      challenge: readChallenge(query),
      claims: readClaims(query.get('claims')),
    };
  } catch (error) {
    throw error instanceof EntraFailure ? new RedirectedFailure(error, back) : error;
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
  const redirectUri = query.get('redirect_uri');
  if (!redirectUri) throw EntraFailure.of(900971);
  if (allowsRedirect(client, redirectUri)) return { client, redirectUri };
  throw EntraFailure.of(
    50011,
    `The redirect URI '${redirectUri.slice(0, 200)}' specified in the request does not match the redirect URIs configured for the application '${client.clientId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.`,
  );
}

/** The implicit flow and the hybrid one have to be switched on for an application, and are not for these. */
function requireCode(query: URLSearchParams): void {
  const asked = required(query, 'response_type').split(/\s+/);
  if (asked.length === 1 && asked[0] === 'code') return;
  if (asked.some((type) => !['code', 'token', 'id_token'].includes(type))) throw EntraFailure.of(70005);
  throw EntraFailure.of(asked.includes('id_token') ? 700054 : 700051);
}

function readPrompt(query: URLSearchParams): Prompt | undefined {
  const given = query.get('prompt');
  if (given === null || given === '') return undefined;
  const prompt = prompts.find((known) => known === given);
  if (prompt) return prompt;
  throw EntraFailure.of(90023, `Unsupported 'prompt' value '${given.slice(0, 60)}'.`);
}

/** Without a method it is `plain`; a method alone is a mistake. */
function readChallenge(query: URLSearchParams): CodeGrant['challenge'] {
  const value = query.get('code_challenge');
  const given = query.get('code_challenge_method');
  if (value === null && given === null) return undefined;
  const method = (['S256', 'plain'] as const).find((known) => known === (given ?? 'plain'));
  // Which number Entra gives for another method is a guess.
  if (value === null || !method) throw EntraFailure.of(50147);
  if (/^[\w.~-]{43,128}$/.test(value)) return { method, value };
  throw EntraFailure.of(501491);
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw missingParameter(name);
  return value;
}
