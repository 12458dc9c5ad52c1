import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** A Microsoft account: `sub` is of this application alone, so it needs the tenant beside it. */
export interface Account {
  tenantId: string;
  subject: string;
}

/** A personal account can't have Dynamics. */
export class PersonalAccount extends Error {
  override readonly name = 'PersonalAccount';
}

const personalTenant = '9188040d-6c67-4c5b-b112-36a304b66dad';
const claims = z.object({ iss: z.string(), sub: z.string().min(1).max(200), tid: z.guid(), nonce: z.string() });

export interface IdTokenRules {
  jwksUri: string;
  /** With `{tenantid}` in the tenant's place. */
  issuerTemplate: string;
  audience: string;
}

/** Checks what MSAL doesn't: signature, issuer of that tenant, audience, time and nonce. */
export class IdTokens {
  private readonly keys: JWTVerifyGetKey;

  constructor(
    private readonly rules: IdTokenRules,
    keys?: JWTVerifyGetKey,
  ) {
    this.keys =
      keys ?? createRemoteJWKSet(new URL(rules.jwksUri), { timeoutDuration: 5_000, cooldownDuration: 10_000 });
  }

  /** @throws PersonalAccount, or an error that says what is wrong and holds no claim */
  async account(idToken: string, nonce: string): Promise<Account> {
    const { payload } = await jwtVerify(idToken, this.keys, {
      audience: this.rules.audience,
      algorithms: ['RS256'],
      clockTolerance: 120,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'tid', 'nonce'],
    });
    const { iss, sub, tid, nonce: answered } = claims.parse(payload);
    if (answered !== nonce) throw new Error('The id token is for another sign-in.');
    if (iss !== this.rules.issuerTemplate.replace('{tenantid}', tid))
      throw new Error('The id token is of another issuer.');
    const tenantId = tid.toLowerCase();
    if (tenantId === personalTenant) throw new PersonalAccount('A personal account was used.');
    return { tenantId, subject: sub };
  }
}
