import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { passwordVerifier } from './password-verifier.js';

/** The exchange that RFC 7677, section 3, shows for the password "pencil". */
const salt = 'W22ZaJ0SNY7soEsUEjb6gQ==';
const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const authMessage = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=${salt},i=4096,c=biws,r=${nonce}`;
const clientProof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
const serverSignature = '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';

describe('passwordVerifier', () => {
  const [, iterations, stored, server] =
    /^SCRAM-SHA-256\$(\d+):[^$]+\$([^:]+):(.+)$/.exec(passwordVerifier('pencil', Buffer.from(salt, 'base64'))) ?? [];
  const sign = (key: Buffer) => createHmac('sha256', key).update(authMessage).digest();
  const storedKey = Buffer.from(stored ?? '', 'base64');

  it('accepts the proof of a client that knows the password', () => {
    const signature = sign(storedKey);
    const clientKey = clientProof.map((byte, index) => byte ^ (signature[index] ?? 0));
    expect(createHash('sha256').update(clientKey).digest()).toEqual(storedKey);
    expect(iterations).toBe('4096');
  });

  it('proves the server to the client', () => {
    expect(sign(Buffer.from(server ?? '', 'base64')).toString('base64')).toBe(serverSignature);
  });

  it('is another one each time, and never for a password that the two sides could read differently', () => {
    expect(passwordVerifier('pencil')).not.toBe(passwordVerifier('pencil'));
    expect(() => passwordVerifier('bleistift-für-alle')).toThrow('printable ASCII');
    expect(() => passwordVerifier('')).toThrow('printable ASCII');
  });
});
