import { mintSecret } from '../markers.js';
import type { User } from './directory.js';

/** What a code or refresh token stands for. */
export interface Grant {
  clientId: string;
  user: User;
  /** As asked for at the sign-in. */
  scopes: readonly string[];
  /** Whether the sign-in used a second factor. */
  strong: boolean;
  /** Seconds since 1970. */
  signedInAt: number;
}

interface Issued {
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** By revocation or by expiry ahead of time. */
  ended?: 50173 | 700082;
}

export interface CodeGrant extends Grant, Issued {
  redirectUri: string;
  challenge?: { method: 'S256' | 'plain'; value: string } | undefined;
  nonce?: string | undefined;
  /** Claims of the id token that were asked for by name. */
  idTokenClaims: readonly string[];
  used: boolean;
}

export interface RefreshGrant extends Grant, Issued {
  /** When it was redeemed for which scopes, of late. */
  uses: { scope: string; at: number }[];
}

const CODE_LIFE_MS = 10 * 60_000;
const REFRESH_LIFE_MS = 90 * 24 * 3_600_000;

/** Codes and refresh tokens that were given out. A refresh token lives 90 days from its issue, and each use issues another. */
export class Grants {
  private readonly codes = new Map<string, CodeGrant>();
  private readonly refreshTokens = new Map<string, RefreshGrant>();

  issueCode(grant: Omit<CodeGrant, keyof Issued | 'used'>, now: number): string {
    const code = mintSecret('1.');
    this.codes.set(code, { ...grant, expiresAt: now + CODE_LIFE_MS, used: false });
    return code;
  }

  findCode(code: string): CodeGrant | undefined {
    return this.codes.get(code);
  }

  issueRefreshToken({ clientId, user, scopes, strong, signedInAt }: Grant, now: number): string {
    const token = mintSecret('0.');
    const grant = { clientId, user, scopes, strong, signedInAt };
    this.refreshTokens.set(token, { ...grant, expiresAt: now + REFRESH_LIFE_MS, uses: [] });
    return token;
  }

  findRefreshToken(token: string): RefreshGrant | undefined {
    return this.refreshTokens.get(token);
  }

  /** Ends for good what this user holds; what a new sign-in brings is not touched. */
  end(user: User, ended: NonNullable<Issued['ended']>): void {
    const issued: (CodeGrant | RefreshGrant)[] = [...this.refreshTokens.values()];
    if (ended === 50173) issued.push(...this.codes.values());
    for (const grant of issued) if (grant.user.oid === user.oid) grant.ended ??= ended;
  }

  /** A second factor that was given before no longer counts. */
  weaken(user: User): void {
    for (const grant of [...this.codes.values(), ...this.refreshTokens.values()])
      if (grant.user.oid === user.oid) grant.strong = false;
  }

  clear(): void {
    this.codes.clear();
    this.refreshTokens.clear();
  }
}
