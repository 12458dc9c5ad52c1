import type { TokenAnswer, TokenQuestion, TokenRefusal } from '@bliro/contract/auth';
import { grantClaims, type GrantClaims } from '@bliro/contract/policy';
import type { Logger } from '@bliro/observe';
import { KeysUnavailable, SignatureRefused, type Verifier } from '@bliro/signing';
import type { DataSource } from 'typeorm';
import { Connection } from '../connection/connection.entity.js';
import { refusalMessages } from '../connection/messages.js';
import type { TokenResult, TokenSource } from './token-source.js';

/** Access tokens against grants, for other services. */
export class AccessTokens {
  constructor(
    private readonly work: DataSource,
    private readonly grants: Verifier,
    private readonly tokens: TokenSource,
    private readonly logger: Logger,
  ) {}

  /** One answer for each question, in their order. */
  async answer(questions: readonly TokenQuestion[]): Promise<TokenAnswer[]> {
    const checked = await Promise.all(questions.map((question) => this.check(question)));
    const granted = questions.filter((_question, index) => checked[index]?.grant !== undefined);
    const rows = await this.rowsOf(granted);
    const answers = await Promise.all(
      questions.map(async (question, index) => {
        const { grant, refused } = checked[index] ?? {};
        if (grant === undefined) return refused ?? refusal('grant_refused');
        return this.give(question, grant, rows.get(ownerKey(question)));
      }),
    );
    await this.noteUse(answers);
    return answers;
  }

  /** The grant has to be for the very user that is asked about. */
  private async check(question: TokenQuestion): Promise<{ grant?: GrantClaims; refused?: TokenAnswer }> {
    try {
      const grant = await this.grants.verify(question.grant, grantClaims);
      return grant.org === question.organization && grant.sub === question.userId ? { grant } : {};
    } catch (error) {
      if (error instanceof KeysUnavailable) return { refused: refusal('unavailable', 1000) };
      if (!(error instanceof SignatureRefused)) throw error;
      this.logger.warn({ code: error.code, organization: question.organization }, 'a grant was refused');
      return {};
    }
  }

  private async rowsOf(questions: readonly TokenQuestion[]): Promise<Map<string, Connection>> {
    if (questions.length === 0) return new Map();
    const where = questions.map(({ organization, userId }) => ({ organization, userId }));
    const rows = await this.work.manager.findBy(Connection, where);
    return new Map(rows.map((row) => [ownerKey(row), row]));
  }

  private async give(question: TokenQuestion, grant: GrantClaims, row: Connection | undefined): Promise<TokenAnswer> {
    const result = await this.tokens.get(row, 'environment');
    const answer = answerOf(result);
    const decisions = grant.decisions.map(({ id }) => id);
    const { organization, userId } = question;
    const fields = { organization, userId, connectionId: row?.id, purpose: grant.purpose, decisions };
    this.logger.info({ ...fields, refused: answer.refused?.code }, 'an access token was asked for');
    return answer;
  }

  private async noteUse(answers: readonly TokenAnswer[]): Promise<void> {
    const ids = answers.flatMap(({ given }) => given?.connectionId ?? []);
    if (ids.length === 0) return;
    await this.work.query(
      `update connection set last_used_at = clock_timestamp()
        where id = any($1) and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')`,
      [ids],
    );
  }
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
