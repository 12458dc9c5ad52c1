import { describe, expect, it } from '@jest/globals';
import { DatabaseMistake } from './errors.js';
import { installationOf } from './layout.js';

describe('installationOf', () => {
  it('names the databases and login roles of an installation', () => {
    const installation = installationOf('acme');
    expect([installation.main, installation.keystore]).toEqual(['acme', 'acme_keystore']);
    expect(installation.login('crm_worker')).toBe('acme_crm_worker');
  });

  it('takes a name as long as PostgreSQL keeps all of every role', () => {
    expect(() => installationOf('a'.repeat(50))).not.toThrow();
    expect(() => installationOf('a'.repeat(51))).toThrow(/longer than 63/);
  });

  it.each(['', '1st', 'a b', 'a"b', "a'b", 'a;b', 'a/b', 'bü'])('refuses the name %j', (name) => {
    expect(() => installationOf(name)).toThrow(DatabaseMistake);
  });

  it('refuses the one name whose login roles would be the group roles', () => {
    expect(() => installationOf('bliro')).toThrow(/bliro_auth_http/);
  });
});
