import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { DatabaseMistake } from './errors.js';

const ITERATIONS = 4096;

/**
 * SCRAM-SHA-256 verifier as PostgreSQL stores it (RFC 5803), for `ALTER ROLE … PASSWORD`. The password itself is never
 * sent, so that the server's log of a failed or slow statement can't hold it.
 */
export function passwordVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  // Beyond ASCII the two sides would have to agree on SASLprep.
  if (!/^[\x21-\x7e]+$/.test(password)) throw new DatabaseMistake('A database password must be printable ASCII.');
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
