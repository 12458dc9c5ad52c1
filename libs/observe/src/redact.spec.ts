import { describe, expect, test } from '@jest/globals';
import { scrubLine, scrubText, scrubValue } from './redact.js';

describe('scrubText', () => {
  test.each([
    ['a JWT', 'got eyJhbGciOi.eyJzdWIi.c2ln here', 'got [redacted] here'],
    ['an encrypted token', 'eyJhbGciOi.a.b.c.d', '[redacted]'],
    ['a JWT after a line break', 'x\neyJhbGciOi.eyJzdWIi.c2ln', 'x\n[redacted]'],
    ['an Authorization value', 'authorization: bearer hunter2', 'authorization: bearer [redacted]'],
    [
      'a form',
      'grant_type=x&refresh_token=hunter2&code=0.AX-y',
      'grant_type=x&refresh_token=[redacted]&code=[redacted]',
    ],
    [
      'a callback',
      '/auth/v1/callback?code=hunter2&state=hunter2',
      '/auth/v1/callback?code=[redacted]&state=[redacted]',
    ],
    ['a password in an address', 'postgres://app:hunter2@db:5432/crm', 'postgres://app:[redacted]@db:5432/crm'],
    ['an opaque token', `refused ${'0.Ab-_'.repeat(40)}`, /^refused (0\.Ab-_)*/],
  ])('takes %s out', (_kind, text, scrubbed) => {
    expect(scrubText(text)).toEqual(typeof scrubbed === 'string' ? scrubbed : expect.stringMatching(scrubbed));
    expect(scrubText(text)).not.toContain('hunter2');
  });

  test.each([
    'connect ECONNREFUSED 127.0.0.1:5432',
    'lane 0f0e0d0c-0b0a-4908-8706-050403020100 is due',
    'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'at https://app.example.com:8443/path/file.js:10:5',
    'error code: 0x80040265',
    'basic tables have no code',
  ])('leaves %s', (text) => {
    expect(scrubText(text)).toBe(text);
  });
});

describe('scrubValue', () => {
  test.each([
    'authorization',
    'Authorization',
    'set-cookie',
    'cookie',
    'access_token',
    'refreshToken',
    'id_token',
    'clientSecret',
    'client_assertion',
    'code_verifier',
    'password',
    'jws',
    'tokens',
    'code',
  ])('a member named %s is redacted', (name) => {
    expect(scrubValue({ deep: [{ [name]: '0.hunter-2' }] })).toEqual({ deep: [{ [name]: '[redacted]' }] });
  });

  test.each(['ECONNREFUSED', '42P01', 'not_found', '0x80040265', 'AADSTS65001', 'hash_mismatch'])(
    'the error code %s stays',
    (code) => {
      expect(scrubValue({ code })).toEqual({ code });
    },
  );

  test('numbers and switches stay', () => {
    const settings = { accessTokenSeconds: 3600, token: null, hasSecret: true, tokens: 3 };
    expect(scrubValue(settings)).toEqual(settings);
  });
});

test('a line that is not JSON is scrubbed as text', () => {
  expect(scrubLine('Bearer hunter2\n')).toBe('Bearer [redacted]\n');
});
