import { Injectable } from '@nestjs/common';
import { grantJws, type DecideReply, type GrantClaims, type Purpose } from '@bliro/contract/policy';
import type { Signer } from '@bliro/signing';

export interface AllowedDecision {
  organization: string;
  userId: string;
  decisionId: string;
  action: string;
}

/** Signs what was allowed: one grant for each user, since a grant opens one user's connection. */
@Injectable()
export class Grants {
  constructor(private readonly signer: Signer) {}

  async sign(purpose: Purpose, allowed: readonly AllowedDecision[]): Promise<DecideReply['grants']> {
    const users = Map.groupBy(allowed, ({ organization, userId }) => JSON.stringify([organization, userId]));
    return Promise.all([...users.values()].map((decisions) => this.signOne(purpose, decisions)));
  }

  publicKeys(): string {
    return JSON.stringify(this.signer.jwks());
  }

  private async signOne(purpose: Purpose, decisions: AllowedDecision[]): Promise<DecideReply['grants'][number]> {
    const [{ organization, userId }] = decisions as [AllowedDecision];
    const claims: GrantClaims = {
      org: organization,
      sub: userId,
      purpose,
      decisions: decisions.map(({ decisionId, action }) => ({ id: decisionId, action })),
    };
    const { typ, audience, expiresInSeconds } = grantJws;
    return { organization, userId, grant: await this.signer.sign(claims, { typ, audience, expiresInSeconds }) };
  }
}
