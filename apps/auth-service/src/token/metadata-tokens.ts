import type { TokenAnswer } from '@bliro/contract/auth';
import { Problem, type Caller, type HostTokens } from '@bliro/http';
import type { DataSource } from 'typeorm';
import { Connection } from '../connection/connection.entity.js';
import { answerOf, refusal } from './access-tokens.js';
import type { TokenUse } from '../vault/vault-event.js';
import type { IssueLog } from './issue-log.js';
import type { TokenSource } from './token-source.js';

/**
 * Access tokens for table definitions, which no decision is made on: against the JWT of the administrator who asks, for their own
 * connection. The service that passes the JWT on is not believed, the host product's signature is.
 */
export class MetadataTokens {
  constructor(
    private readonly work: DataSource,
    private readonly host: HostTokens,
    private readonly tokens: TokenSource,
    private readonly issued: IssueLog,
  ) {}

  async answer(hostToken: string): Promise<TokenAnswer> {
    const caller = await this.callerOf(hostToken);
    if (!('organization' in caller)) return caller;
    const { organization, userId } = caller;
    const row = await this.work.manager.findOneBy(Connection, { organization, userId });
    const use: TokenUse = { why: 'metadata', by: userId };
    const result = await this.tokens.get(row ?? undefined, 'environment', use);
    const answer = answerOf(result);
    if (result.kind === 'given') await this.issued.state([{ connection: result.connection, use }]);
    return answer;
  }

  private async callerOf(hostToken: string): Promise<Caller | TokenAnswer> {
    try {
      const caller = await this.host.callerOf(hostToken);
      return caller.roles.includes('admin') ? caller : refusal('grant_refused');
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error.code === 'host_keys_unavailable' ? refusal('unavailable', 1000) : refusal('grant_refused');
    }
  }
}
