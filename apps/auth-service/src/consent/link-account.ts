import { append } from '@bliro/event-log';
import type { DataSource, EntityManager } from 'typeorm';
import { withoutToken, withoutTrouble } from '../connection/change.js';
import { Connection } from '../connection/connection.entity.js';
import { FoundEnvironment } from '../environment/found-environment.entity.js';
import { placementOf } from '../environment/placed.js';
import { lockForPlacement, place } from '../environment/placement.js';
import { nextKeepAlive } from '../token/keep-alive.js';
import type { Sealed, Vault } from '../vault/vault.js';
import { vaultEvent } from '../vault/vault-event.js';
import type { ConsentAttempt } from './consent-attempt.entity.js';
import type { Account } from './id-token.js';

export type Linked = { kind: 'linked'; connection: Connection } | { kind: 'different_account' } | { kind: 'ended' };

const ROUNDS = 5;

/** Puts an account and its refresh token into the connection of an attempt: the key first, then the row by compare-and-set. */
export class LinkAccount {
  constructor(
    private readonly work: DataSource,
    private readonly vault: Vault,
  ) {}

  async link(attempt: ConsentAttempt, account: Account, refreshToken: string): Promise<Linked> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const seen = await this.work.manager.findOneByOrFail(Connection, { id: attempt.connectionId });
      const refusal = refusalOf(seen, attempt, account);
      if (refusal !== undefined) return refusal;
      const sealed = await this.seal(seen, refreshToken);
      const linked = await this.write(seen, attempt, account, sealed);
      if (linked?.kind !== 'linked') await this.vault.forget(sealed);
      if (linked !== undefined) return linked;
    }
    throw new Error('The connection kept changing while an account was linked.');
  }

  private seal({ id, organization, userId, generation }: Connection, refreshToken: string): Promise<Sealed> {
    return this.vault.seal(refreshToken, { organization, userId, connectionId: id, generation: generation + 1 });
  }

  /** Undefined where another token was stored meanwhile. */
  private write(
    seen: Connection,
    attempt: ConsentAttempt,
    account: Account,
    sealed: Sealed,
  ): Promise<Linked | undefined> {
    return this.work.transaction(async (manager) => {
      const locked = await lockForPlacement(manager, seen);
      const { row } = locked;
      const refusal = refusalOf(row, attempt, account);
      if (refusal !== undefined) return refusal;
      if (row.generation !== seen.generation) return undefined;
      return { kind: 'linked', connection: await writeAccount(manager, locked, account, sealed) };
    });
  }
}

function refusalOf(row: Connection, attempt: ConsentAttempt, account: Account): Linked | undefined {
  if (row.status === 'disconnected' && row.version !== attempt.connectionVersion) return { kind: 'ended' };
  const expected = [
    { tenantId: row.tenantId, subject: row.subject },
    { tenantId: attempt.expectedTenantId, subject: attempt.expectedSubject },
  ];
  const differs = expected.some(
    ({ tenantId, subject }) => tenantId !== null && !isSame({ tenantId, subject }, account),
  );
  return differs && !attempt.switchAccount ? { kind: 'different_account' } : undefined;
}

function isSame(known: { tenantId: string | null; subject: string | null }, account: Account): boolean {
  return known.tenantId === account.tenantId && known.subject === account.subject;
}

async function writeAccount(
  manager: EntityManager,
  { row, pin }: { row: Connection; pin: string | null },
  account: Account,
  sealed: Sealed,
): Promise<Connection> {
  const before = placementOf(row);
  const switched = row.tenantId !== null && !isSame(row, account);
  Object.assign(row, withoutToken, withoutTrouble, account, sealed, {
    status: 'awaiting_environment',
    generation: row.generation + 1,
    connectedAt: new Date(),
    keepAliveAt: nextKeepAlive(),
    disconnectedAt: null,
  });
  if (switched) {
    await manager.delete(FoundEnvironment, { connectionId: row.id });
    Object.assign(row, {
      reason: 'account_switched',
      chosenEnvironmentId: null,
      accountName: null,
      accountEmail: null,
    });
  }
  await append(manager, [vaultEvent('vault.sealed', row, { why: 'sign_in', by: row.userId })]);
  return place(manager, row, pin, before);
}
