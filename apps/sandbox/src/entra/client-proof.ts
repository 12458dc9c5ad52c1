import { createHash, type X509Certificate } from 'node:crypto';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose';
import { secretFits, type Client, type Federation } from './clients.js';
import { EntraFailure } from './failure.js';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const TOLERANCE_SECONDS = 300;

/** What a client sent to prove itself. */
export interface Proof {
  secret: string | undefined;
  assertion: string | undefined;
  assertionType: string | undefined;
}

/**
 * @param audiences what a certificate's assertion may name as its audience
 * @throws EntraFailure for no proof or one that doesn't fit
 */
export async function prove(client: Client, proof: Proof, audiences: readonly string[]): Promise<void> {
  const { secret, assertion, assertionType } = proof;
  if (assertion) return proveByAssertion(client, assertion, assertionType, audiences);
  if (!secret) throw EntraFailure.of(7000218);
  if (secretFits(client, secret)) return;
  throw EntraFailure.of(
    7000215,
    `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client.clientId}'.`,
  );
}

async function proveByAssertion(
  client: Client,
  assertion: string,
  type: string | undefined,
  audiences: readonly string[],
): Promise<void> {
  if (type !== JWT_BEARER)
    throw EntraFailure.of(900144, `The request body must contain the following parameter: 'client_assertion_type'.`);
  const { header, claims } = decoded(assertion);
  // A client signs for itself with its certificate; what another issuer says of it is a federated token.
  if (claims.iss === client.clientId) return proveByCertificate(client, assertion, header, audiences);
  return proveByFederation(client, assertion, claims);
}

async function proveByCertificate(
  client: Client,
  assertion: string,
  header: ProtectedHeaderParameters,
  audiences: readonly string[],
): Promise<void> {
  const certificate = client.certificates?.find((registered) => isNamed(registered, header));
  if (!certificate)
    throw EntraFailure.of(
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.] Application: '${client.clientId}'.`,
    );
  const claims = await verified(() =>
    jwtVerify(assertion, certificate.publicKey, { algorithms: ['RS256', 'PS256'], ...life }),
  );
  if (claims.sub !== client.clientId) throw EntraFailure.of(700021);
  if (![claims.aud ?? []].flat().some((audience) => audiences.includes(audience))) throw EntraFailure.of(700023);
}

async function proveByFederation(client: Client, assertion: string, { iss, sub, aud }: JWTPayload): Promise<void> {
  const ofIssuer = (client.federations ?? []).filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) throw unmatched(700211, 'issuer', iss);
  const ofSubject = ofIssuer.filter(({ subject }) => subject === sub);
  if (ofSubject.length === 0) throw unmatched(700213, 'subject', sub);
  const federation = ofSubject.find(({ audience }) => [aud ?? []].flat().includes(audience));
  if (!federation) throw unmatched(700212, 'audience', [aud ?? ''].flat().join(' '));
  await verified(() => verifiedByIssuer(assertion, federation));
}

function verifiedByIssuer(assertion: string, { keys }: Federation) {
  return jwtVerify(assertion, createLocalJWKSet(keys), { algorithms: ['RS256', 'PS256', 'ES256'], ...life });
}

const life = { requiredClaims: ['exp'], clockTolerance: TOLERANCE_SECONDS };

async function verified(verify: () => Promise<{ payload: JWTPayload }>): Promise<JWTPayload> {
  try {
    return (await verify()).payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed)
      throw EntraFailure.of(700024);
    throw EntraFailure.of(
      700027,
      'Client assertion contains an invalid signature. [Reason - The key was used to verify the signature, and it did not fit.]',
    );
  }
}

/** By `x5t#S256`, or the older SHA-1 `x5t`. */
function isNamed(certificate: X509Certificate, header: ProtectedHeaderParameters): boolean {
  const print = (hash: string): string => createHash(hash).update(certificate.raw).digest('base64url');
  if (typeof header['x5t#S256'] === 'string') return header['x5t#S256'] === print('sha256');
  return header.x5t === print('sha1');
}

function decoded(assertion: string): { header: ProtectedHeaderParameters; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    throw EntraFailure.of(50027);
  }
}

function unmatched(number: 700211 | 700212 | 700213, what: string, given = ''): EntraFailure {
  return EntraFailure.of(
    number,
    `No matching federated identity record found for presented assertion ${what} '${given.slice(0, 200)}'.`,
  );
}
