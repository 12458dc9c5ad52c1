import { createHash, createHmac, randomBytes } from 'node:crypto';

/** 256 random bits that live in the browser alone; what ties an attempt to it. */
export type BrowserSecret = string;

const FORM = /^[A-Za-z0-9_-]{43}$/;
const LIFE_SECONDS = 600;

export const newSecret = (): BrowserSecret => randomBytes(32).toString('base64url');

/** What is stored of a cookie or a state. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** PKCE verifier and nonce of one attempt. Made again at the callback from the cookie, so that nothing secret is stored. */
export function derive(secret: BrowserSecret, attemptId: string): { verifier: string; nonce: string } {
  const of = (what: string) => createHmac('sha256', secret).update(`${what} ${attemptId}`).digest('base64url');
  return { verifier: of('verifier'), nonce: of('nonce') };
}

export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

/** The cookie for an API at this origin. Its plain name is for http, which is loopback: `__Host-` needs `Secure`. */
export class ConsentCookie {
  private readonly secure: boolean;
  private readonly name: string;

  constructor(publicOrigin: string) {
    this.secure = publicOrigin.startsWith('https:');
    this.name = this.secure ? '__Host-dynamics-consent' : 'dynamics-consent';
  }

  /** The secret in a `Cookie` header. Two of that name are none: one of them is somebody else's. */
  read(header: string | undefined): BrowserSecret | undefined {
    const found = (header ?? '').split(';').flatMap((pair) => {
      const [name, value] = pair.trim().split('=', 2);
      return name === this.name && value !== undefined ? [value] : [];
    });
    const [secret] = found;
    return found.length === 1 && secret !== undefined && FORM.test(secret) ? secret : undefined;
  }

  /** A `Set-Cookie` header. */
  write(secret: BrowserSecret): string {
    const where = this.secure ? 'Path=/; Secure' : 'Path=/auth/v1';
    return `${this.name}=${secret}; ${where}; HttpOnly; SameSite=Lax; Max-Age=${LIFE_SECONDS}`;
  }
}
