import { firstRow } from '@bliro/database';
import { belongsTo, type Logger } from '@bliro/observe';
import type { DataSource } from 'typeorm';
import { changeConnection, lockConnection } from '../connection/change.js';
import type { Connection } from '../connection/connection.entity.js';
import type { Discovery } from '../environment/discovery.js';
import { type EntraClient } from '../token/entra-client.js';
import { EntraFailed, describeFailure } from '../token/entra-failure.js';
import type { AccessTokenMemory } from '../token/memory.js';
import type { Vault } from '../vault/vault.js';
import type { TokenUse } from '../vault/vault-event.js';
import { type BrowserSecret, derive, hashOf } from './browser-secret.js';
import { ConsentAttempt } from './consent-attempt.entity.js';
import { type IdTokens, PersonalAccount } from './id-token.js';
import { LinkAccount } from './link-account.js';
import { type ConsentOutcome, outcomeOfError } from './outcome.js';
import { allowedTenants } from './tenants.js';

export interface Finished {
  outcome: ConsentOutcome;
  returnTo: string;
}

/** A way back that belongs to no open attempt of this browser leads to the app's root. */
const nowhere: Finished = { outcome: 'failed', returnTo: '/' };
const needsAdmin = new Set([90094, 90095, 900941, 65001]);

export interface FinishConsentParts {
  work: DataSource;
  entra: EntraClient;
  idTokens: IdTokens;
  vault: Vault;
  memory: AccessTokenMemory;
  discovery: Discovery;
  discoveryUrl: string;
  logger: Logger;
}

/** Ends consent attempts with what Entra sent the browser back with. */
export class FinishConsent {
  private readonly accounts: LinkAccount;

  constructor(private readonly parts: FinishConsentParts) {
    this.accounts = new LinkAccount(parts.work, parts.vault);
  }

  /** Without the browser's secret, or with a state that it did not begin, Entra is not called. */
  async finish(secret: BrowserSecret | undefined, parameters: URLSearchParams): Promise<Finished> {
    const state = only(parameters, 'state');
    if (secret === undefined || state === undefined) return nowhere;
    const attempt = await this.consume(state, secret);
    if (attempt === undefined) {
      this.parts.logger.warn('a way back from sign-in belongs to no open attempt of this browser');
      return nowhere;
    }
    belongsTo(attempt.organization);
    const outcome = await this.outcomeOf(attempt, secret, parameters);
    await this.parts.work.manager.update(ConsentAttempt, { id: attempt.id }, { outcome });
    this.parts.logger.info(
      { attemptId: attempt.id, connectionId: attempt.connectionId, outcome },
      'a consent attempt ended',
    );
    return { outcome, returnTo: attempt.returnTo };
  }

  /** Once, before anything is done with it. */
  private async consume(state: string, secret: BrowserSecret): Promise<ConsentAttempt | undefined> {
    const row = await firstRow<{ id: string }>(
      this.parts.work,
      `update consent_attempt set finished_at = clock_timestamp(), outcome = 'failed'
        where state_hash = $1 and cookie_hash = $2 and finished_at is null and expires_at > clock_timestamp()
       returning id`,
      [hashOf(state), hashOf(secret)],
    );
    return row === undefined ? undefined : this.parts.work.manager.findOneByOrFail(ConsentAttempt, { id: row.id });
  }

  private async outcomeOf(
    attempt: ConsentAttempt,
    secret: BrowserSecret,
    parameters: URLSearchParams,
  ): Promise<ConsentOutcome> {
    const code = only(parameters, 'code');
    const outcome = code === undefined ? outcomeOfError(parameters) : await this.redeem(attempt, secret, code);
    if (outcome === 'admin_approval_needed') await this.noteApprovalNeeded(attempt);
    return outcome;
  }

  private async redeem(attempt: ConsentAttempt, secret: BrowserSecret, code: string): Promise<ConsentOutcome> {
    try {
      return await this.connect(attempt, secret, code);
    } catch (error) {
      const { logger } = this.parts;
      if (error instanceof PersonalAccount) return 'not_allowed';
      if (!(error instanceof EntraFailed)) {
        logger.error({ err: error, attemptId: attempt.id }, 'a consent attempt failed');
        return 'failed';
      }
      const { failure } = error;
      logger.warn({ attemptId: attempt.id, failure: describeFailure(failure) }, 'a code was not redeemed');
      const approval = failure.kind === 'refused' && failure.codes.some((number) => needsAdmin.has(number));
      return approval ? 'admin_approval_needed' : 'failed';
    }
  }

  private async connect(attempt: ConsentAttempt, secret: BrowserSecret, code: string): Promise<ConsentOutcome> {
    const { entra, idTokens, discoveryUrl, memory } = this.parts;
    const { verifier, nonce } = derive(secret, attempt.id);
    const redeemed = await entra.redeemCode({ code, codeVerifier: verifier, nonce, resource: discoveryUrl });
    const account = await idTokens.account(redeemed.idToken, nonce);
    if (redeemed.refreshToken === undefined) throw new Error('Entra gave no refresh token.');
    const allowed = await allowedTenants(this.parts.work.manager, attempt.organization);
    if (allowed.length > 0 && !allowed.includes(account.tenantId)) return 'not_allowed';
    const linked = await this.accounts.link(attempt, account, redeemed.refreshToken);
    if (linked.kind === 'different_account') return 'different_account';
    if (linked.kind === 'ended') return 'failed';
    const { connection } = linked;
    memory.drop(connection.id);
    memory.keep(connection, discoveryUrl, redeemed);
    void this.removeOldKeys(connection.id, connection.generation - 1);
    if (connection.pinned && connection.status !== 'active') await this.goToPinned(connection);
    return 'connected';
  }

  /** A pin asks nobody: what can be reached is found out at once, or soon. */
  private async goToPinned(connection: Connection): Promise<void> {
    const { discovery, logger } = this.parts;
    const use: TokenUse = { why: 'environments', by: connection.userId };
    try {
      const found = await discovery.ask(connection, use);
      if (found.kind === 'found') await discovery.label(found.connection, use);
    } catch (error) {
      logger.warn({ err: error, connectionId: connection.id }, 'Discovery is asked again later');
    }
  }

  private async removeOldKeys(connectionId: string, generation: number): Promise<void> {
    try {
      await this.parts.vault.destroy(connectionId, generation);
    } catch (error) {
      this.parts.logger.warn({ err: error, connectionId }, 'a data key is left to the sweep');
    }
  }

  /** Shown only where the user has never been connected: nothing takes a working connection down. */
  private async noteApprovalNeeded({ connectionId }: ConsentAttempt): Promise<void> {
    await this.parts.work.transaction(async (manager) => {
      const row = await lockConnection(manager, connectionId);
      if (row.status !== 'awaiting_consent' || row.reason === 'admin_approval_needed') return;
      await changeConnection(manager, row, { reason: 'admin_approval_needed' });
    });
  }
}

/** A parameter that is there exactly once. */
function only(parameters: URLSearchParams, name: string): string | undefined {
  const all = parameters.getAll(name);
  return all.length === 1 && all[0] !== '' ? all[0] : undefined;
}
