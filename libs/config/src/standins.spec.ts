import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { commonConfig, hostConfig } from './standard-fields.js';
import { serviceUrl } from './fields.js';
import { readConfig } from './read.js';
import { refuseStandins } from './standins.js';

const schema = refuseStandins(z.object({ ...commonConfig, ...hostConfig, DISCOVERY_URL: serviceUrl() }), [
  'DISCOVERY_URL',
]);
const real = {
  HEALTH_PORT: '9000',
  HOST_ISSUER: 'https://app.example.com',
  HOST_AUDIENCE: 'crm',
  HOST_JWKS_URL: 'https://app.example.com/jwks.json',
  PUBLIC_ORIGIN: 'https://crm.example.com',
  DISCOVERY_URL: 'https://globaldisco.crm.dynamics.com',
};

describe('refuseStandins', () => {
  test('takes the real ones', () => {
    expect(readConfig(schema, real).ALLOW_LOCAL_STANDINS).toBe(false);
  });

  test.each([
    ['HOST_ISSUER', 'https://sandbox.invalid'],
    ['HOST_ISSUER', 'http://127.0.0.1:8090'],
    ['DISCOVERY_URL', 'http://127.0.0.1:8090/discovery'],
    ['DISCOVERY_URL', 'https://globaldisco.crm.dynamics.com.example.org'],
  ])('%s=%s needs ALLOW_LOCAL_STANDINS=1', (name, value) => {
    expect(() => readConfig(schema, { ...real, [name]: value })).toThrow(`${name}: names a stand-in`);
    expect(readConfig(schema, { ...real, [name]: value, ALLOW_LOCAL_STANDINS: '1' })).toMatchObject({ [name]: value });
  });

  test('a stand-in is named beside the other mistakes', () => {
    const env = { ...real, HEALTH_PORT: 'x', HOST_ISSUER: 'https://sandbox.invalid' };
    expect(() => readConfig(schema, env)).toThrow(/HEALTH_PORT: .*\n.*HOST_ISSUER: names/);
  });
});
