import { append } from '@bliro/event-log';
import { runForOrganization, type Logger } from '@bliro/observe';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Connection } from '../connection/connection.entity.js';
import { CiphertextRefused, WrappingKeyMissing } from '../vault/key-ring.js';
import { DataKeyGone, type Sealed, type TokenPlace, type Vault } from '../vault/vault.js';
import { type TokenUse, vaultEvent } from '../vault/vault-event.js';
import type { TenantBreaker } from './breaker.js';
import { type Broken, classify, type Verdict } from './classify.js';
import type { EntraClient, Redeemed } from './entra-client.js';
import { describeFailure, EntraFailed, type EntraFailure } from './entra-failure.js';
import { countAnother, freeLease, type Lease, takeLease } from './lease.js';
import type { HeldToken } from './memory.js';
import { countUnknownRefusal, settleBroken, settleSuccess } from './settle.js';

export type RefreshAnswer =
  | { kind: 'token'; token: HeldToken }
  /** The row is another one by now: look at it again. */
  | { kind: 'changed' }
  | { kind: 'later'; retryAfterMs: number }
  /** The row stands, but no key opens it. */
  | { kind: 'lost' };

const BUSY_ROUNDS = 120;
const BUSY_PAUSE_MS = 100;
const FAULT_OF_OURS_MS = 60_000;
const UNKNOWN_REFUSAL_MS = 600_000;
const RETRY_WITHIN_MS = 2_000;
const RETRY_PAUSE_MS = 250;

export interface RefresherParts {
  work: DataSource;
  vault: Vault;
  entra: EntraClient;
  breaker: TenantBreaker;
  discoveryUrl: string;
  logger: Logger;
}

/** Redeems refresh tokens: one process at a time for a connection, and never in a transaction. */
export class Refresher {
  readonly #running = new Map<string, Promise<RefreshAnswer>>();

  private readonly work: DataSource;
  private readonly logger: Logger;

  constructor(private readonly parts: RefresherParts) {
    this.work = parts.work;
    this.logger = parts.logger;
  }

  /** Many callers in this process get one redemption's answer. */
  refresh(connection: Connection, resource: string, use: TokenUse): Promise<RefreshAnswer> {
    const key = `${connection.id} ${connection.version} ${resource}`;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const begun = runForOrganization(connection.organization, () =>
      this.redeemUnderLease(connection, resource, use),
    ).finally(() => this.#running.delete(key));
    this.#running.set(key, begun);
    return begun;
  }

  private async redeemUnderLease(connection: Connection, resource: string, use: TokenUse): Promise<RefreshAnswer> {
    for (let round = 0; round < BUSY_ROUNDS; round += 1) {
      const retryAfterMs = this.parts.breaker.wait(connection.tenantId ?? '');
      if (retryAfterMs > 0) return { kind: 'later', retryAfterMs };
      const answer = await takeLease(this.work, connection);
      if (answer.kind === 'changed') return answer;
      if (answer.kind === 'limited') return { kind: 'later', retryAfterMs: answer.retryAfterMs };
      if (answer.kind === 'taken') return this.redeem(answer.lease, resource, use);
      await pause(BUSY_PAUSE_MS * (0.5 + Math.random()));
    }
    return { kind: 'later', retryAfterMs: 1000 };
  }

  private async redeem(lease: Lease, resource: string, use: TokenUse): Promise<RefreshAnswer> {
    try {
      await append(this.work.manager, [vaultEvent('vault.opened', lease.connection, use)]);
      const refreshToken = await this.open(lease.connection);
      return await this.ask(lease, refreshToken, resource, use);
    } catch (error) {
      await freeLease(this.work, lease);
      return this.failed(lease, error);
    }
  }

  private async ask(lease: Lease, refreshToken: string, resource: string, use: TokenUse): Promise<RefreshAnswer> {
    try {
      const redeemed = await this.redeemFor(lease, refreshToken, resource);
      return await this.succeeded(lease, redeemed, use);
    } catch (error) {
      if (!(error instanceof EntraFailed)) throw error;
      return this.refused(lease, await this.verdict(lease, error.failure, refreshToken, resource), error.failure);
    }
  }

  /** Once more where the first try failed at once for no reason that lasts; the breaker hears of each. */
  private async redeemFor(lease: Lease, refreshToken: string, resource: string): Promise<Redeemed> {
    const began = Date.now();
    try {
      return await this.redeemOnce(lease, refreshToken, resource);
    } catch (error) {
      if (!isBrief(error) || Date.now() - began > RETRY_WITHIN_MS) throw error;
      await pause(RETRY_PAUSE_MS * (0.5 + Math.random()));
      if (!(await countAnother(this.work, lease))) throw error;
      return this.redeemOnce(lease, refreshToken, resource);
    }
  }

  private async redeemOnce({ connection }: Lease, refreshToken: string, resource: string): Promise<Redeemed> {
    const { entra, breaker } = this.parts;
    const tenantId = connection.tenantId ?? '';
    try {
      const redeemed = await entra.redeemRefreshToken({ refreshToken, tenantId, resource });
      breaker.succeeded(tenantId);
      return redeemed;
    } catch (error) {
      if (error instanceof EntraFailed) breaker.failed(tenantId, error.failure);
      throw error;
    }
  }

  private async succeeded(lease: Lease, redeemed: Redeemed, use: TokenUse): Promise<RefreshAnswer> {
    const { connection } = lease;
    const sealed = await this.seal(connection, redeemed.refreshToken);
    if (!(await settleSuccess(this.work, lease, sealed, use))) {
      if (sealed !== undefined) await this.parts.vault.forget(sealed);
      await freeLease(this.work, lease);
      return { kind: 'changed' };
    }
    if (sealed !== undefined) this.removeOldKeys(connection);
    return { kind: 'token', token: { accessToken: redeemed.accessToken, expiresAt: redeemed.expiresAt } };
  }

  private async seal(connection: Connection, refreshToken: string | undefined): Promise<Sealed | undefined> {
    if (refreshToken === undefined) return undefined;
    return this.parts.vault.seal(refreshToken, { ...placeOf(connection), generation: connection.generation + 1 });
  }

  /** 65001 ends a connection only when Discovery's scope is refused alike; else the environment's address is what is wrong. */
  private async verdict(lease: Lease, failure: EntraFailure, refreshToken: string, resource: string): Promise<Verdict> {
    const first = classify(failure);
    if (first.kind !== 'consent_missing') return first;
    if (resource === this.parts.discoveryUrl) return consentRevoked;
    // The environment may have moved, or be gone.
    await this.work.query('update connection set discovery_due_at = clock_timestamp() where id = $1', [
      lease.connection.id,
    ]);
    const unconfirmed: Verdict = { kind: 'transient', retryAfterMs: FAULT_OF_OURS_MS, alarm: true };
    if (!(await countAnother(this.work, lease))) return unconfirmed;
    try {
      await this.redeemFor(lease, refreshToken, this.parts.discoveryUrl);
      return unconfirmed;
    } catch (error) {
      if (!(error instanceof EntraFailed)) throw error;
      const second = classify(error.failure);
      return second.kind === 'consent_missing' ? consentRevoked : second;
    }
  }

  private async refused(lease: Lease, verdict: Verdict, failure: EntraFailure): Promise<RefreshAnswer> {
    const { connection } = lease;
    const fields = { connectionId: connection.id, verdict: verdict.kind, failure: describeFailure(failure) };
    if (verdict.kind === 'broken') return this.broken(lease, verdict, fields);
    if (verdict.kind === 'unknown_refusal' && (await countUnknownRefusal(this.work, lease))) {
      return this.broken(lease, refusedByMicrosoft, fields);
    }
    await freeLease(this.work, lease);
    if (verdict.kind === 'transient' && !verdict.alarm) this.logger.warn(fields, 'Microsoft Entra gave no token');
    else this.logger.error({ ...fields, alarm: 'entra_answer_unexpected' }, 'Microsoft Entra gave no token');
    if (verdict.kind === 'transient') return { kind: 'later', retryAfterMs: verdict.retryAfterMs };
    return { kind: 'later', retryAfterMs: verdict.kind === 'unknown_refusal' ? UNKNOWN_REFUSAL_MS : FAULT_OF_OURS_MS };
  }

  private async broken(lease: Lease, verdict: Broken, fields: object): Promise<RefreshAnswer> {
    const { connection } = lease;
    const settled = await settleBroken(this.work, lease, verdict);
    if (!settled) await freeLease(this.work, lease);
    else if (verdict.keepDays === 0) await this.destroy(connection);
    this.logger.warn({ ...fields, reason: verdict.reason, settled }, 'a connection needs its user');
    return { kind: 'changed' };
  }

  private failed({ connection }: Lease, error: unknown): RefreshAnswer {
    if (error instanceof DataKeyGone) {
      const lost = { err: error, connectionId: connection.id, alarm: 'data_key_lost' };
      this.logger.error(lost, 'a connection has lost its data key');
      return { kind: 'lost' };
    }
    const unreadable = error instanceof CiphertextRefused || error instanceof WrappingKeyMissing;
    const fields = {
      err: error,
      connectionId: connection.id,
      ...(unreadable && { alarm: 'refresh_token_unreadable' }),
    };
    this.logger.error(fields, 'a refresh token could not be used');
    return { kind: 'later', retryAfterMs: unreadable ? FAULT_OF_OURS_MS : 5_000 };
  }

  private open(connection: Connection): Promise<string> {
    const { ciphertext, dataKeyId } = connection;
    if (ciphertext === null || dataKeyId === null) throw new DataKeyGone('A connection has no token.');
    return this.parts.vault.open({ ciphertext, dataKeyId }, placeOf(connection));
  }

  /** Not waited for: what stays behind opens nothing that is still stored, and the sweep takes it. */
  private removeOldKeys(connection: Connection): void {
    void this.destroy(connection);
  }

  private async destroy({ id, generation }: Connection): Promise<void> {
    try {
      await this.parts.vault.destroy(id, generation);
    } catch (error) {
      this.logger.warn({ err: error, connectionId: id }, 'a data key is left to the sweep');
    }
  }
}

const consentRevoked: Broken = { kind: 'broken', reason: 'consent_revoked', keepDays: 0, probe: 'never' };
const refusedByMicrosoft: Broken = { kind: 'broken', reason: 'refused_by_microsoft', keepDays: 30, probe: 'daily' };

function isBrief(error: unknown): boolean {
  if (!(error instanceof EntraFailed) || error.failure.kind !== 'transport') return false;
  const { cause, retryAfterMs } = error.failure;
  return retryAfterMs === undefined && (cause === 'unreachable' || cause === 'server_error');
}

function placeOf({ id, organization, userId, generation }: Connection): TokenPlace {
  return { organization, userId, connectionId: id, generation };
}
