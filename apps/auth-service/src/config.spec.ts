import { expect, test } from '@jest/globals';
import { readConfig } from '@bliro/config';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema, isSameSite } from './config.js';

const folder = mkdtempSync(join(tmpdir(), 'auth-config-'));
let files = 0;
function file(content: string): string {
  const path = join(folder, String((files += 1)));
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
const key = 'A'.repeat(43);
const good = {
  HEALTH_PORT: '1',
  PORT: '2',
  GRPC_PORT: '3',
  TLS_CA_FILE: file('ca'),
  TLS_CERT_FILE: file('cert'),
  TLS_KEY_FILE: file('key'),
  HOST_ISSUER: 'https://host.example.com',
  HOST_AUDIENCE: 'crm',
  HOST_JWKS_URL: 'https://host.example.com/jwks.json',
  PUBLIC_ORIGIN: 'https://crm.example.com',
  DATABASE_URL: 'postgres://a@h/d',
  DATABASE_WORK_URL: 'postgres://b@h/d',
  KEYSTORE_URL: 'postgres://c@h/k',
  KEY_RING_FILE: file(JSON.stringify({ active: 'k1', keys: { k1: key } })),
  ENTRA_CLIENT_ID: 'f752681c-0e51-4cab-a13b-1134a8477b88',
  ENTRA_CLIENT_SECRET_FILE: file('secret'),
  POLICY_GRPC_URL: 'policy:5001',
};
const mistakesOf = (more: Record<string, string>): string => {
  try {
    readConfig(configSchema, { ...good, ...more });
    return '';
  } catch (error) {
    return String(error);
  }
};

test('against Microsoft nothing more is needed', () => {
  expect(readConfig(configSchema, good)).toMatchObject({
    DISCOVERY_URL: 'https://globaldisco.crm.dynamics.com',
  });
});

test.each([
  ['no key', JSON.stringify({ active: 'k1', keys: {} }), 'the active key "k1" is not among the keys'],
  ['a short key', JSON.stringify({ active: 'k1', keys: { k1: 'c2hvcnQ' } }), 'KEY_RING_FILE: expected'],
  ['no JSON', key, 'KEY_RING_FILE: expected'],
])('a key ring with %s: no start, and no key in the message', (_name, content, message) => {
  const mistakes = mistakesOf({ KEY_RING_FILE: file(content) });
  expect(mistakes).toContain(message);
  expect(mistakes).not.toMatch(/AAAA|c2hvcnQ/);
});

test('something has to prove us to Entra, and the key ring stands in one place', () => {
  const { ENTRA_CLIENT_SECRET_FILE: _secret, KEY_RING_FILE: _ring, ...rest } = good;
  const mistakes = (env: Record<string, string>) => {
    try {
      readConfig(configSchema, env);
      return '';
    } catch (error) {
      return String(error);
    }
  };
  expect(mistakes(rest)).toMatch(/ENTRA_FEDERATED_TOKEN_FILE: expected one of[\s\S]*KEY_RING_FILE: expected either/);
  const others = { ENTRA_FEDERATED_TOKEN_FILE: file('a.b.c'), KEY_VAULT_KEY_URL: 'https://v-1.vault.azure.net/keys/k' };
  expect(mistakes({ ...rest, ...others })).toBe('');
  expect(mistakes({ ...good, ...others })).toContain('KEY_RING_FILE: expected either');
  expect(mistakes({ ...good, ENTRA_CERTIFICATE_FILE: file('no certificate') })).toContain('ENTRA_CERTIFICATE_FILE');
});

test('a key ring that is not there: no start', () => {
  expect(mistakesOf({ KEY_RING_FILE: join(folder, 'absent') })).toContain('KEY_RING_FILE');
});

test('stand-ins need to be allowed', () => {
  const standins = { ENTRA_STANDIN_ORIGIN: 'http://127.0.0.1:8090', DISCOVERY_URL: 'http://127.0.0.1:8090/discovery' };
  expect(mistakesOf(standins)).toMatch(
    /ENTRA_STANDIN_ORIGIN[\s\S]*DISCOVERY_URL|DISCOVERY_URL[\s\S]*ENTRA_STANDIN_ORIGIN/,
  );
  expect(mistakesOf({ ...standins, ALLOW_LOCAL_STANDINS: '1' })).toBe('');
});

test('the app has to be of the same site', () => {
  expect(mistakesOf({ APP_ORIGIN: 'https://app.example.org' })).toContain('APP_ORIGIN');
  expect(mistakesOf({ APP_ORIGIN: 'https://app.example.com' })).toBe('');
});

test.each([
  ['https://a.example.com', 'https://example.com', true],
  ['https://a.example.com', 'http://a.example.com', false],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:3000', true],
  ['http://127.0.0.1:8080', 'http://127.0.0.2:8080', false],
  ['http://localhost:8080', 'http://127.0.0.1:8080', false],
])('%s and %s: %s', (one, other, same) => {
  expect(isSameSite(one, other)).toBe(same);
});
