import { describe, expect, it } from '@jest/globals';
import { asLogin, onDatabase } from './urls.js';

describe('database addresses', () => {
  it('change the database and keep the rest', () => {
    expect(onDatabase('postgresql://me:pw@db.example:6432/other?sslmode=verify-full', 'mine')).toBe(
      'postgresql://me:pw@db.example:6432/mine?sslmode=verify-full',
    );
  });

  it('carry a password with any character, or none', () => {
    const url = new URL(asLogin('postgres://me:pw@db/x', 'x_auth_http', 'a:/@?#%'));
    expect([url.username, decodeURIComponent(url.password)]).toEqual(['x_auth_http', 'a:/@?#%']);
    expect(asLogin('postgres://me:pw@db/x', 'x_auth_http', undefined)).toBe('postgres://x_auth_http@db/x');
  });

  it.each(['', 'localhost', 'http://db/x', 'postgres:///x'])('refuses %j without repeating it', (text) => {
    expect(() => onDatabase(text, 'x')).toThrow('must look like postgres://user:password@host:port/database');
  });
});
