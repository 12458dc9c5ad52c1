import { describe, expect, it } from '@jest/globals';
import { cloneName, isStale, templateName } from './test-database-names.js';

const minutes = (n: number) => n * 60_000;

describe('names of test databases', () => {
  const now = Date.UTC(2026, 10, 24, 17, 40);

  it('are the same for a template within an hour, and no longer', () => {
    expect(templateName('auth_1', now)).toBe(templateName('auth_1', now + minutes(19)));
    expect(templateName('auth_1', now)).not.toBe(templateName('auth_1', now + minutes(21)));
  });

  it.each([
    ['a copy in use', cloneName('ab12', now), minutes(59), false],
    ['a copy of a dead run', cloneName('ab12', now), minutes(61), true],
    ['a template whose hour has just ended', templateName('crm_1', now), minutes(25), false],
    ['a template that nobody can be copying', templateName('crm_1', now), minutes(90), true],
    ['a database that isn’t ours', 'bliro_test_x', minutes(9000), false],
    ['an installation with a like name', 'bliro_test_c', minutes(9000), false],
  ])('tell whether %s is stale', (_, name, later, stale) => {
    expect(isStale(name, now + later)).toBe(stale);
  });

  it('are short enough for the login roles and the key store', () => {
    expect(`${templateName('policy_0123456789ab', now)}_keystore`.length).toBeLessThanOrEqual(63);
  });
});
