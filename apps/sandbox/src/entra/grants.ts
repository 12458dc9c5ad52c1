import { mintSecret } from '../markers.js';
import type { Client } from './clients.js';
import type { Tenant, User } from './directory.js';
import { tenantOf } from './directory.js';

/** What a code or refresh token stands for. */
export interface Grant {
  clientId: string;
  user: User;
  /** As asked for at the sign-in. */
  scopes: readonly string[];
}

export interface CodeGrant extends Grant {
  redirectUri: string;
  challenge?: { method: 'S256' | 'plain'; value: string } | undefined;
  nonce?: string | undefined;
  expiresAt: number;
  used: boolean;
}

const CODE_LIFE_MS = 10 * 60_000;

/** Codes, refresh tokens and consents that were given out. */
export class Grants {
  private readonly codes = new Map<string, CodeGrant>();
  private readonly refreshTokens = new Map<string, Grant>();
  private readonly consents = new Set<string>();

  issueCode(grant: Omit<CodeGrant, 'expiresAt' | 'used'>, now = Date.now()): string {
    const code = mintSecret('1.');
    this.codes.set(code, { ...grant, expiresAt: now + CODE_LIFE_MS, used: false });
    return code;
  }

  findCode(code: string): CodeGrant | undefined {
    return this.codes.get(code);
  }

  issueRefreshToken(grant: Grant): string {
    const token = mintSecret('0.');
    this.refreshTokens.set(token, grant);
    return token;
  }

  findRefreshToken(token: string): Grant | undefined {
    return this.refreshTokens.get(token);
  }

  consent(user: User, client: Client): void {
    this.consents.add(`${user.oid}/${client.clientId}`);
  }

  consentForTenant(tenant: Tenant, client: Client): void {
    this.consents.add(`${tenant.id}/${client.clientId}`);
  }

  /** One consent covers discovery and every environment: at Microsoft they are one resource application. */
  hasConsent(user: User, clientId: string): boolean {
    return [user.oid, user.tenantId].some((holder) => this.consents.has(`${holder}/${clientId}`));
  }

  /** Whether the user may be asked for consent, or needs an administrator for it. */
  mayConsent(user: User): boolean {
    return user.admin || tenantOf(user).userConsent;
  }

  clear(): void {
    this.codes.clear();
    this.refreshTokens.clear();
    this.consents.clear();
  }
}
