import 'reflect-metadata';
import { createAuthority } from '@bliro/rpc';
import { describe, expect, test } from '@jest/globals';
import { X509CertificateGenerator } from '@peculiar/x509';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { createHash, webcrypto, X509Certificate } from 'node:crypto';
import { certificateMistake, clientCredential } from './client-credential.js';

const clientId = 'f752681c-0e51-4cab-a13b-1134a8477b88';
const endpoint = 'https://login.microsoftonline.com/tid/oauth2/v2.0/token';
const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};
const issue = async () => {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=auth-service',
    keys,
    signingAlgorithm: algorithm,
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { cert: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----` };
};
const pemOf = async (): Promise<string> => {
  const { cert, key } = await issue();
  return `${cert}\n${key}`;
};
const assertionOf = async (credential: ReturnType<typeof clientCredential>, at = endpoint): Promise<string> => {
  const proof = await credential?.prove(at);
  return proof !== undefined && 'clientAssertion' in proof ? proof.clientAssertion : '';
};

describe('the best of what is configured', () => {
  const [federatedToken, certificate, secret] = [() => 'a.b.c', () => 'pem', () => 'secret'];
  test.each([
    ['federated', { federatedToken, certificate, secret }],
    ['certificate', { certificate, secret }],
    ['secret', { secret }],
    [undefined, {}],
  ])('%s', (kind, files) => {
    expect(clientCredential(files, clientId)?.kind).toBe(kind);
  });
});

test('a replaced federated token or secret counts at once', async () => {
  let content = 'first';
  const federated = clientCredential({ federatedToken: () => content }, clientId);
  const secret = clientCredential({ secret: () => content }, clientId);
  expect(await federated?.prove(endpoint)).toEqual({ clientAssertion: 'first' });
  content = 'second';
  expect(await federated?.prove(endpoint)).toEqual({ clientAssertion: 'second' });
  expect(await secret?.prove(endpoint)).toEqual({ clientSecret: 'second' });
});

describe('a certificate', () => {
  test('signs for us, for that endpoint, for ten minutes, and names itself', async () => {
    const pem = await pemOf();
    const assertion = await assertionOf(clientCredential({ certificate: () => pem }, clientId));
    const { payload, protectedHeader } = await jwtVerify(assertion, new X509Certificate(pem).publicKey, {
      issuer: clientId,
      subject: clientId,
      audience: endpoint,
    });
    const print = createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
    expect(protectedHeader).toEqual({ alg: 'PS256', typ: 'JWT', 'x5t#S256': print });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('signs once for an endpoint, anew for another one, and with a replaced file at once', async () => {
    let pem = await pemOf();
    const credential = clientCredential({ certificate: () => pem }, clientId);
    const first = await assertionOf(credential);
    expect(await assertionOf(credential)).toBe(first);
    expect(decodeJwt(await assertionOf(credential, `${endpoint}2`)).aud).toBe(`${endpoint}2`);
    pem = await pemOf();
    const print = decodeProtectedHeader(await assertionOf(credential))['x5t#S256'];
    expect(print).toBe(createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url'));
  });

  test('has to come with its own private key', async () => {
    const [one, other] = [await issue(), await issue()];
    expect(certificateMistake(`${one.cert}\n${one.key}`)).toBeUndefined();
    expect(certificateMistake(`${one.cert}\n${other.key}`)).toContain('not the certificate’s');
    expect(certificateMistake(one.cert)).toContain('expected a certificate');
    const { cert, key } = await (await createAuthority()).issue('auth-service');
    expect(certificateMistake(`${cert}\n${key}`)).toContain('RSA');
    expect(certificateMistake('nothing')).toContain('expected a certificate');
  });
});
