import { accessTokensReply, type AuthService, type TokenAnswer } from '@bliro/contract/auth';
import { decideReply, type Decision, type PolicyService, type Purpose } from '@bliro/contract/policy';
import type { LaneAction, Lease } from '@bliro/ledger';
import { askOurs, LaneTrouble } from './interruption.js';
import { isUnknown } from './outcomes.js';

/** An action with the id under which it is decided, however often that is asked. */
export interface Decidable {
  action: LaneAction;
  decisionId: string;
}

export interface Decided {
  decision: Decision;
  /** The signed proof for its user; absent where nothing was allowed. */
  grant?: string;
}

/** Reads go again as they are; only a write whose effect isn't known is there to be verified. */
const purposeOf = (action: LaneAction): Purpose => (isUnknown(action) ? 'verify' : 'run');

/** Asks those who may permit a call. No answer is an OwnOutage or LaneTrouble, never a permission. */
export class Authority {
  constructor(
    private readonly policy: Pick<PolicyService, 'decide'>,
    private readonly auth: Pick<AuthService, 'accessTokens'>,
  ) {}

  /** By decision id. */
  async decide(lease: Lease, asked: readonly Decidable[]): Promise<Map<string, Decided>> {
    const byPurpose = Map.groupBy(asked, ({ action }) => purposeOf(action));
    const decided: [string, Decided][] = [];
    for (const [purpose, questions] of byPurpose) decided.push(...(await this.#decideFor(purpose, lease, questions)));
    return new Map(decided);
  }

  async #decideFor(purpose: Purpose, lease: Lease, asked: readonly Decidable[]): Promise<[string, Decided][]> {
    const questions = asked.map(({ decisionId, action: { mandate, salt, inputJson, correlationId } }) => ({
      decisionId,
      mandate,
      salt,
      inputJson,
      correlationId,
    }));
    const reply = await askOurs('policy-service', async () =>
      decideReply.parse(await this.policy.decide({ purpose, questions })),
    );
    const grant = reply.grants.find(
      ({ organization, userId }) => organization === lease.organization && userId === lease.userId,
    )?.grant;
    return asked.map(({ decisionId }) => {
      const decision = reply.decisions.find((one) => one.decisionId === decisionId);
      if (decision === undefined) throw new LaneTrouble('policy-service left a question without an answer');
      return [decisionId, { decision, ...(decision.effect === 'allow' && grant !== undefined && { grant }) }];
    });
  }

  async token({ organization, userId }: Lease, grant: string): Promise<TokenAnswer> {
    const questions = [{ organization, userId, grant }];
    const reply = await askOurs('auth-service', async () =>
      accessTokensReply.parse(withoutNulls(await this.auth.accessTokens({ questions }))),
    );
    const [answer] = reply.answers;
    if (answer === undefined) throw new LaneTrouble('auth-service left a question without an answer');
    return answer;
  }
}

/** A message that is absent comes out of the wire format as null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  const present = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(present.map(([name, member]) => [name, withoutNulls(member)]));
}
