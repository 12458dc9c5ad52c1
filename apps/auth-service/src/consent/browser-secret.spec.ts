import { describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { challengeOf, ConsentCookie, derive, hashOf, newSecret } from './browser-secret.js';

const id = '3f0c6e7e-6d0a-4b0e-9d53-0d7c2b1f5f55';

describe('verifier and nonce', () => {
  test('are HMAC-SHA256, keyed with the cookie, over what they are and the attempt', () => {
    const secret = newSecret();
    const expected = (what: string) => createHmac('sha256', secret).update(`${what} ${id}`).digest('base64url');
    expect(derive(secret, id)).toEqual({ verifier: expected('verifier'), nonce: expected('nonce') });
  });

  test('have the form that PKCE asks for', () => {
    expect(derive(newSecret(), id).verifier).toMatch(/^[A-Za-z0-9\-._~]{43,128}$/);
    // RFC 7636, appendix B.
    expect(challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  test('differ by browser and by attempt, and none is stored', () => {
    const secret = newSecret();
    const other = '00000000-0000-4000-8000-000000000000';
    const all = [derive(secret, id), derive(secret, other), derive(newSecret(), id)].flatMap(Object.values);
    expect(new Set([...all, hashOf(secret).toString('base64url')]).size).toBe(7);
  });
});

describe('the cookie', () => {
  const secret = newSecret();

  test('holds 256 random bits', () => {
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(newSecret()).not.toBe(secret);
  });

  test('on https it is bound to the host and secure', () => {
    expect(new ConsentCookie('https://crm.example.com').write(secret)).toBe(
      `__Host-dynamics-consent=${secret}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600`,
    );
  });

  test('on loopback http it has a plain name and goes to this API alone', () => {
    expect(new ConsentCookie('http://127.0.0.1:8080').write(secret)).toBe(
      `dynamics-consent=${secret}; Path=/auth/v1; HttpOnly; SameSite=Lax; Max-Age=600`,
    );
  });

  test.each([
    ['is found among others', `a=b; dynamics-consent=${secret};c=d`, secret],
    ['is not there', 'a=b', undefined],
    ['is not sent', undefined, undefined],
    ['has another form', `dynamics-consent=${secret}x`, undefined],
    ['stands there twice', `dynamics-consent=${secret}; dynamics-consent=${newSecret()}`, undefined],
    ['has another name', `__Host-dynamics-consent=${secret}`, undefined],
  ])('%s', (_name, header, read) => {
    expect(new ConsentCookie('http://127.0.0.1:8080').read(header)).toBe(read);
  });
});
