import { describe, expect, test } from '@jest/globals';
import { pathOnApp, returnAddress } from './return-to.js';

const app = 'https://app.example.com';

describe('a path on the app', () => {
  test.each([
    '/',
    '/integrations',
    '/a/b?x=1&y=%2F%2Fevil.example#part',
    '/a/../integrations',
    '/@evil.example',
    '/:80',
  ])('%s is taken', (path) => {
    expect(pathOnApp(path, app)).toMatch(/^\/(?!\/)/);
  });

  test.each([
    '',
    'integrations',
    'https://app.example.com/integrations',
    'https://evil.example',
    'HTTPS://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/a\\b',
    '/..//evil.example',
    '/./..//evil.example/',
    '/%2e%2e//evil.example',
    '/.//evil.example',
    ' /a',
    '/a b',
    '/\t/evil.example',
    '/\n/evil.example',
    '/a\r\nset-cookie: x=y',
    '\u0000/a',
    '/\u202eevil',
    '/ä',
    'javascript:alert(1)',
    'data:text/html,x',
    '?connection=connected',
    '#x',
    '.evil.example',
    '@evil.example',
    ':8080/',
    'http:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'http://app.example.com/',
    'https://app.example.com:8443/',
    'https://app.example.com@evil.example/',
    'https://app.example.com.evil.example/',
    '/\\/evil.example',
    '/\t//evil.example',
    '//app.example.com/',
    '////evil.example',
    '/\\\\evil.example',
    '\\/evil.example',
    '/%2e%2e//evil.example/..',
    '/a/../..//evil.example',
    '/a/%2e%2e//evil.example',
    '\t/a',
    '\u00a0/a',
    '\ufeff/a',
    '/\u2028a',
    '/\u3002evil',
    'vbscript:x',
    'blob:https://app.example.com/x',
    'file:///etc/passwd',
    `/${'a'.repeat(2000)}`,
  ])('%j is refused', (returnTo) => {
    expect(pathOnApp(returnTo, app)).toBeUndefined();
  });
});

test('the way back is always absolute and says how it ended, once', () => {
  expect(returnAddress(app, '/integrations', 'connected')).toBe(
    'https://app.example.com/integrations?connection=connected',
  );
  expect(returnAddress(app, '/a?connection=connected&x=1#y', 'failed')).toBe(
    'https://app.example.com/a?connection=failed&x=1#y',
  );
});
