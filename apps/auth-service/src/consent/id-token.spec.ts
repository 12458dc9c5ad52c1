import { beforeAll, expect, test } from '@jest/globals';
import { createLocalJWKSet, type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { IdTokens, PersonalAccount } from './id-token.js';

const tid = '0f6dc5a8-8d3c-4b10-9d1b-2a4c61a1b7aa';
const audience = 'f752681c-0e51-4cab-a13b-1134a8477b88';
const issuerTemplate = 'https://login.microsoftonline.com/{tenantid}/v2.0';
const issuer = (tenant: string) => issuerTemplate.replace('{tenantid}', tenant);
let key: CryptoKey;
let foreign: CryptoKey;
let tokens: IdTokens;

beforeAll(async () => {
  const [ours, other] = await Promise.all([generateKeyPair('RS256', { extractable: true }), generateKeyPair('RS256')]);
  key = ours.privateKey;
  foreign = other.privateKey;
  const jwks = createLocalJWKSet({ keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'k', alg: 'RS256' }] });
  tokens = new IdTokens({ jwksUri: 'https://unused.example', issuerTemplate, audience }, jwks);
});

const now = () => Math.floor(Date.now() / 1000);
const good = () => ({
  iss: issuer(tid),
  sub: 'subject',
  tid,
  nonce: 'n',
  aud: audience,
  iat: now(),
  exp: now() + 3600,
});
const sign = (claims: Record<string, unknown>, by = key, header = { alg: 'RS256', kid: 'k' }) =>
  new SignJWT(claims).setProtectedHeader(header).sign(by);

test('tenant and subject name the account', async () => {
  expect(await tokens.account(await sign(good()), 'n')).toEqual({ tenantId: tid, subject: 'subject' });
});

test.each<[string, () => Record<string, unknown>]>([
  ['the issuer of another tenant', () => ({ ...good(), iss: issuer('11111111-1111-4111-8111-111111111111') })],
  ['an issuer that is not Microsoft', () => ({ ...good(), iss: `https://evil.example/${tid}/v2.0` })],
  ['another audience', () => ({ ...good(), aud: 'somebody-else' })],
  ['an end that is over', () => ({ ...good(), exp: now() - 300 })],
  ['another nonce', () => ({ ...good(), nonce: 'other' })],
  ['no nonce', () => ({ ...good(), nonce: undefined })],
  ['no tenant', () => ({ ...good(), tid: undefined })],
  ['a tenant that is no id', () => ({ ...good(), tid: 'organizations', iss: issuer('organizations') })],
  ['no subject', () => ({ ...good(), sub: undefined })],
])('refused: %s', async (_name, claims) => {
  await expect(tokens.account(await sign(claims()), 'n')).rejects.toThrow();
});

test('refused: a key that is not Microsoft’s', async () => {
  await expect(tokens.account(await sign(good(), foreign), 'n')).rejects.toThrow('signature');
});

test('refused: no signature at all, and a symmetric one', async () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  await expect(tokens.account(`${part({ alg: 'none' })}.${part(good())}.`, 'n')).rejects.toThrow();
  const hmac = await new SignJWT(good()).setProtectedHeader({ alg: 'HS256', kid: 'k' }).sign(Buffer.alloc(32, 1));
  await expect(tokens.account(hmac, 'n')).rejects.toThrow();
});

test('a personal account is told apart', async () => {
  const personal = '9188040d-6c67-4c5b-b112-36a304b66dad';
  const token = await sign({ ...good(), tid: personal, iss: issuer(personal) });
  await expect(tokens.account(token, 'n')).rejects.toThrow(PersonalAccount);
});
