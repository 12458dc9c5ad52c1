import { describe, expect, test } from '@jest/globals';
import { cloudOf, isEnvironmentAddress } from './cloud.js';

describe('a token goes to Dataverse hosts of the same cloud alone', () => {
  const commercial = cloudOf('https://globaldisco.crm.dynamics.com');

  test.each([
    'https://contoso.crm.dynamics.com',
    'https://contoso.crm4.dynamics.com/',
    'https://contoso.api.crm4.dynamics.com',
    'https://org-1a.crm21.dynamics.com',
  ])('%s', (address) => {
    expect(isEnvironmentAddress(address, commercial)).toBe(true);
  });

  test.each([
    'http://contoso.crm4.dynamics.com',
    'https://contoso.crm4.dynamics.com.evil.example',
    'https://evil.example/contoso.crm4.dynamics.com',
    'https://contoso.crm4.dynamics.com@evil.example',
    'https://user:x@contoso.crm4.dynamics.com',
    'https://contoso.crm4.dynamics.com:8443',
    'https://contoso.crm4.dynamics.com/path',
    'https://contoso.crm4.dynamics.com?x=1',
    'https://a.b.crm4.dynamics.com',
    'https://crm4.dynamics.com',
    'https://contoso.dynamics.com',
    'https://contoso.crm9.dynamics.com',
    'https://contoso.crm.dynamics.cn',
    'http://127.0.0.1:8090/dataverse/contoso',
    'https://localhost',
    'not an address',
  ])('not to %s', (address) => {
    expect(isEnvironmentAddress(address, commercial)).toBe(false);
  });
});

test.each([
  ['https://globaldisco.crm9.dynamics.com', 'https://contoso.crm9.dynamics.com', 'https://login.microsoftonline.com'],
  [
    'https://globaldisco.crm.microsoftdynamics.us',
    'https://contoso.crm.microsoftdynamics.us',
    'https://login.microsoftonline.us',
  ],
  [
    'https://globaldisco.crm.appsplatform.us',
    'https://contoso.crm.appsplatform.us',
    'https://login.microsoftonline.us',
  ],
  [
    'https://globaldisco.crm.dynamics.cn',
    'https://contoso.crm.dynamics.cn',
    'https://login.partner.microsoftonline.cn',
  ],
])('%s has a sign-in of its own and hosts of its own', (discovery, environment, authority) => {
  expect(cloudOf(discovery)?.authority).toBe(authority);
  expect(isEnvironmentAddress(environment, cloudOf(discovery))).toBe(true);
  expect(isEnvironmentAddress('https://contoso.crm4.dynamics.com', cloudOf(discovery))).toBe(false);
});

test('beside a stand-in only this machine will do', () => {
  expect(cloudOf('http://127.0.0.1:8090/discovery')).toBeUndefined();
  expect(isEnvironmentAddress('http://127.0.0.1:8090/dataverse/contoso', undefined)).toBe(true);
  expect(isEnvironmentAddress('https://contoso.crm4.dynamics.com', undefined)).toBe(false);
});
