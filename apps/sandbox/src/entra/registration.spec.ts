import { ConfigError, readConfig } from '@bliro/config';
import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../config.js';
import { selfSigned } from '../fixture/self-signed.js';
import { serviceRegistration } from './registration.js';

const folder = mkdtempSync(join(tmpdir(), 'registration-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, String(Math.random()));
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const registered = (env: Record<string, string>) =>
  serviceRegistration(readConfig(configSchema, { ALLOW_LOCAL_STANDINS: '1', ...env }));

describe('auth-service at the sandbox', () => {
  it('is there with any of the three proofs, and not without one', async () => {
    const { pem } = await selfSigned('CN=auth-service');
    const federation = { issuer: 'https://platform.example', subject: 's', jwks: { keys: [{ kty: 'RSA' }] } };
    expect(registered({})).toBeUndefined();
    expect(registered({ SANDBOX_CLIENT_SECRET_FILE: file('a secret') })).toMatchObject({ clientSecret: 'a secret' });
    expect(registered({ SANDBOX_CLIENT_CERTIFICATE_FILE: file(`${pem}\n${pem}`) })?.certificates).toHaveLength(2);
    expect(registered({ SANDBOX_CLIENT_FEDERATION_FILE: file(JSON.stringify(federation)) })?.federations).toEqual([
      expect.objectContaining({ subject: 's', audience: 'api://AzureADTokenExchange' }),
    ]);
  });

  it.each([
    ['SANDBOX_CLIENT_CERTIFICATE_FILE', 'no certificate'],
    ['SANDBOX_CLIENT_CERTIFICATE_FILE', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['SANDBOX_CLIENT_FEDERATION_FILE', 'no json'],
    ['SANDBOX_CLIENT_FEDERATION_FILE', '{"issuer":"https://platform.example"}'],
  ])('is not started with %s of %j', (name, content) => {
    expect(() => registered({ [name]: file(content) })).toThrow(ConfigError);
  });
});
