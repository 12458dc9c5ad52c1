import { describe, expect, jest, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { KeysUnavailable } from './key-cache.js';
import { createSigner, signerOf, type SignOptions } from './signer.js';
import { generateSigningKey } from './signing-key.js';
import { createVerifier, type Verifier, type VerifierOptions } from './verifier.js';

const claims = z.object({ sub: z.string(), purpose: z.enum(['run', 'verify']) });
const content = { sub: 'rep', purpose: 'run' };
const options: SignOptions = { typ: 'grant+jwt', audience: 'vault', expiresInSeconds: 60 };

const key = await generateSigningKey();
const signer = createSigner(key, 'policy');

function verifier(changes: Partial<VerifierOptions> = {}): Verifier {
  const keys = () => Promise.resolve(signer.jwks());
  return createVerifier({ keys, issuer: 'policy', audience: 'vault', typ: 'grant+jwt', ...changes });
}

describe('createSigner', () => {
  test('gives out the public key alone', () => {
    const [published] = signer.jwks().keys;
    expect(Object.keys(published ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    expect(published?.kid).toBe(signer.kid);
  });

  test.each([
    '',
    'no JSON',
    '{}',
    key.replace('"d"', '"e"'),
    JSON.stringify({ ...JSON.parse(key), d: 'A'.repeat(43) }),
  ])('refuses what is not a private key, without quoting it', (broken) => {
    const field = z.string().transform(signerOf('policy'));
    expect(field.safeParse(broken).error?.issues).toEqual([
      expect.objectContaining({ message: 'The signing key is not a private Ed25519 JWK with a kid.' }),
    ]);
  });
});

describe('createVerifier', () => {
  test('gives the claims of a right statement', async () => {
    const jws = await signer.sign(content, options);
    expect(await verifier().verify(jws, claims)).toEqual(content);
  });

  const forged = async () =>
    createSigner(JSON.stringify({ ...JSON.parse(await generateSigningKey()), kid: signer.kid }), 'policy').sign(
      content,
      options,
    );
  const tampered = async () => {
    const [header, , signature] = (await signer.sign(content, options)).split('.');
    const payload = Buffer.from(JSON.stringify({ ...content, sub: 'eve', iss: 'policy', aud: 'vault' })).toString(
      'base64url',
    );
    return [header, payload, signature].join('.');
  };

  test.each<[string, string, () => Promise<string>]>([
    ['not a JWS', 'malformed', () => Promise.resolve('abc')],
    ['not a JWS of JSON', 'malformed', () => Promise.resolve('a.b.c')],
    ['signed by another key under our kid', 'signature', forged],
    ['changed after it was signed', 'signature', tampered],
    [
      'signed with a shared secret',
      'signature',
      () => new SignJWT(content).setProtectedHeader({ alg: 'HS256', kid: signer.kid }).sign(new Uint8Array(32)),
    ],
    ['expired', 'expired', () => signer.sign(content, { ...options, expiresInSeconds: -10 })],
    ['for another audience', 'audience', () => signer.sign(content, { ...options, audience: 'other' })],
    ['of another kind', 'type', () => signer.sign(content, { ...options, typ: 'mandate+jwt' })],
    ['with other claims', 'claims', () => signer.sign({ sub: 'rep', purpose: 'all' }, options)],
    ['by another issuer with the same key', 'claims', () => createSigner(key, 'other').sign(content, options)],
  ])('refuses a statement that is %s: %s', async (_kind, code, jws) => {
    await expect(verifier().verify(await jws(), claims)).rejects.toMatchObject({ name: 'SignatureRefused', code });
  });

  test('one under a kid that nobody knows yet is neither believed nor refused', async () => {
    const jws = await createSigner(await generateSigningKey(), 'policy').sign(content, options);
    await expect(verifier().verify(jws, claims)).rejects.toThrow(KeysUnavailable);
  });

  test('an unsigned statement is refused', async () => {
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: signer.kid, typ: 'grant+jwt' })).toString(
      'base64url',
    );
    const [, payload] = (await signer.sign(content, options)).split('.');
    await expect(verifier().verify(`${header}.${payload}.`, claims)).rejects.toMatchObject({
      name: 'SignatureRefused',
    });
  });

  test('a statement within the clock tolerance is taken', async () => {
    const jws = await signer.sign(content, { ...options, expiresInSeconds: -3 });
    expect(await verifier().verify(jws, claims)).toEqual(content);
    await expect(verifier({ clockToleranceSeconds: 0 }).verify(jws, claims)).rejects.toMatchObject({ code: 'expired' });
  });

  test("with an age limit another's statement needs no end, but an age", async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = async (): Promise<JSONWebKeySet> => ({ keys: [{ ...(await exportJWK(publicKey)), kid: 'host' }] });
    const aged = verifier({ keys, maxAgeSeconds: 100, algorithms: ['ES256'] });
    const sign = (iat?: number) => {
      const jwt = new SignJWT(content).setProtectedHeader({ alg: 'ES256', kid: 'host', typ: 'grant+jwt' });
      const addressed = jwt.setIssuer('policy').setAudience('vault');
      return (iat === undefined ? addressed : addressed.setIssuedAt(iat)).sign(privateKey);
    };
    const now = Math.floor(Date.now() / 1000);
    expect(await aged.verify(await sign(now - 90), claims)).toEqual(content);
    await expect(aged.verify(await sign(now - 110), claims)).rejects.toMatchObject({ code: 'expired' });
    await expect(aged.verify(await sign(), claims)).rejects.toMatchObject({ code: 'claims' });
    await expect(verifier({ keys, maxAgeSeconds: 100 }).verify(await sign(now), claims)).rejects.toMatchObject({
      code: 'signature',
    });
  });

  test('keys that are out of reach are no refusal', async () => {
    const keys = jest.fn<() => Promise<JSONWebKeySet>>();
    keys.mockRejectedValueOnce(new Error('no route')).mockResolvedValueOnce(signer.jwks());
    const one = verifier({ keys });
    const jws = await signer.sign(content, options);
    await expect(one.verify(jws, claims)).rejects.toMatchObject({ name: 'KeysUnavailable' });
    expect(await one.verify(jws, claims)).toEqual(content);
  });
});
