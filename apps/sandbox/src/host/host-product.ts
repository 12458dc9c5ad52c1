import { markedTokenId } from '../markers.js';
import { TokenKey } from '../token-key.js';

export const HOST_ISSUER = 'https://sandbox.invalid';

export interface Session {
  organization: string;
  user: string;
  roles: string[];
  /** May be negative: a token that has already expired. */
  expiresInSeconds: number;
  audience?: string | undefined;
}

export interface JobMessage {
  organization: string;
  idempotencyKey: string;
  job: Record<string, unknown>;
  ageSeconds: number;
}

/** Stands in for the product whose users and pipeline call the three APIs. */
export class HostProduct {
  private constructor(
    private readonly audience: string,
    readonly userKey: TokenKey,
    readonly pipelineKey: TokenKey,
  ) {}

  static async create(audience: string): Promise<HostProduct> {
    const [userKey, pipelineKey] = await Promise.all([TokenKey.generate('RS256'), TokenKey.generate('EdDSA')]);
    return new HostProduct(audience, userKey, pipelineKey);
  }

  sessionToken({ organization, user, roles, expiresInSeconds, audience }: Session): Promise<string> {
    const now = seconds();
    const exp = now + expiresInSeconds;
    return this.userKey.sign({
      iss: HOST_ISSUER,
      aud: audience ?? this.audience,
      sub: user,
      org: organization,
      roles,
      iat: Math.min(now, exp) - 1,
      exp,
      jti: markedTokenId(),
    });
  }

  /** What the pipeline puts on the queue `crm-jobs`; carries no marker, since it is no secret. */
  jobMessage({ organization, idempotencyKey, job, ageSeconds }: JobMessage): Promise<string> {
    const iat = seconds() - ageSeconds;
    const claims = { ...job, org: organization, idempotencyKey, iss: HOST_ISSUER, aud: 'crm-jobs', iat };
    return this.pipelineKey.sign({ ...claims, exp: iat + 24 * 3600 }, 'crm-job+jwt');
  }
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
