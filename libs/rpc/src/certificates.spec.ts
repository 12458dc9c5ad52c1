import { describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { createAuthority, loadAuthority } from './certificates.js';

describe('the certificate authority', () => {
  it('issues certificates that name their service and verify against it', async () => {
    const authority = await createAuthority();
    const { ca, cert, key } = await authority.issue('policy-service');
    const issued = new X509Certificate(cert);
    expect(issued.verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(issued.checkIssued(new X509Certificate(ca))).toBe(true);
    expect(issued.subject).toBe('CN=policy-service');
    expect(issued.checkHost('policy-service')).toBe('policy-service');
    expect(issued.checkHost('auth-service')).toBeUndefined();
    expect(issued.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(issued.ca).toBe(false);
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  it('is the same one after export and load', async () => {
    const authority = await createAuthority();
    const loaded = await loadAuthority(authority.export());
    const issued = new X509Certificate((await loaded.issue('crm-worker')).cert);
    expect(issued.verify(new X509Certificate(authority.caCert).publicKey)).toBe(true);
  });

  it('refuses a name that is none of a service', async () => {
    const authority = await createAuthority();
    await expect(authority.issue('a, O=b')).rejects.toThrow("can't be the name of a service");
  });

  it('refuses a key file that is none', async () => {
    const { cert } = (await createAuthority()).export();
    await expect(loadAuthority({ cert, key: 'nothing' })).rejects.toThrow();
  });
});
