import type { TokenAnswer, TokenQuestion, TokenRefusal } from '@bliro/contract/auth';
import { grantClaims, type GrantClaims } from '@bliro/contract/policy';
import { runForOrganization, type Logger } from '@bliro/observe';
import { KeysUnavailable, SignatureRefused, type Verifier } from '@bliro/signing';
import type { DataSource } from 'typeorm';
import { Connection } from '../connection/connection.entity.js';
import { refusalMessages } from '../connection/messages.js';
import type { TokenUse } from '../vault/vault-event.js';
import type { Issue, IssueLog } from './issue-log.js';
import type { TokenResult, TokenSource } from './token-source.js';

/** Access tokens against grants, for other services. */
export class AccessTokens {
  constructor(
    private readonly work: DataSource,
    private readonly grants: Verifier,
    private readonly tokens: TokenSource,
    private readonly issued: IssueLog,
    private readonly logger: Logger,
  ) {}

  /** One answer for each question, in their order. What is given has been stated as an event before. */
  async answer(questions: readonly TokenQuestion[]): Promise<TokenAnswer[]> {
    const checked = await Promise.all(
      questions.map((question) => runForOrganization(question.organization, () => this.check(question))),
    );
    const granted = questions.filter((_question, index) => checked[index]?.grant !== undefined);
    const rows = await this.rowsOf(granted);
    const results = await Promise.all(
      questions.map(async (question, index) => {
        const { grant, refused } = checked[index] ?? {};
        if (grant === undefined) return { answer: refused ?? refusal('grant_refused') };
        return runForOrganization(question.organization, () => this.give(rows.get(ownerKey(question)), useOf(grant)));
      }),
    );
    await this.issued.state(results.flatMap(({ issue }) => issue ?? []));
    return results.map(({ answer }) => answer);
  }

  /** The grant has to be for the very user that is asked about. */
  private async check(question: TokenQuestion): Promise<{ grant?: GrantClaims; refused?: TokenAnswer }> {
    try {
      const grant = await this.grants.verify(question.grant, grantClaims);
      return grant.org === question.organization && grant.sub === question.userId ? { grant } : {};
    } catch (error) {
      if (error instanceof KeysUnavailable) return { refused: refusal('unavailable', 1000) };
      if (!(error instanceof SignatureRefused)) throw error;
      this.logger.warn({ code: error.code }, 'a grant was refused');
      return {};
    }
  }

  private async rowsOf(questions: readonly TokenQuestion[]): Promise<Map<string, Connection>> {
    if (questions.length === 0) return new Map();
    const where = questions.map(({ organization, userId }) => ({ organization, userId }));
    const rows = await this.work.manager.findBy(Connection, where);
    return new Map(rows.map((row) => [ownerKey(row), row]));
  }

  private async give(row: Connection | undefined, use: TokenUse): Promise<{ answer: TokenAnswer; issue?: Issue }> {
    const result = await this.tokens.get(row, 'environment', use);
    const answer = answerOf(result);
    this.logger.info({ connectionId: row?.id, ...use, refused: answer.refused?.code }, 'an access token was asked for');
    if (result.kind === 'refused' || answer.given === undefined) return { answer };
    return { answer, issue: { connection: result.connection, use } };
  }
}

function useOf({ decisions }: GrantClaims): TokenUse {
  return { why: 'grant', by: 'crm-worker', decisions: decisions.map(({ id }) => id) };
}

export function answerOf(result: TokenResult): TokenAnswer {
  if (result.kind === 'refused') return refusal(result.code, result.retryAfterMs);
  const { token, connection } = result;
  const { tenantId, subject, environmentId, environmentUrl, environmentApiUrl } = connection;
  if (tenantId === null || subject === null || environmentId === null) return refusal('environment_required');
  if (environmentUrl === null || environmentApiUrl === null) return refusal('environment_required');
  return {
    given: {
      accessToken: token.accessToken,
      expiresAt: token.expiresAt.toISOString(),
      connectionId: connection.id,
      connectionVersion: connection.version,
      tenantId,
      subject,
      environmentId,
      environmentUrl,
      apiUrl: environmentApiUrl,
    },
  };
}

export function refusal(code: TokenRefusal, retryAfterMs?: number): TokenAnswer {
  return { refused: { code, message: refusalMessages[code], ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } };
}

const ownerKey = ({ organization, userId }: { organization: string; userId: string }): string =>
  JSON.stringify([organization, userId]);
