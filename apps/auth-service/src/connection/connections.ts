import { OrganizationDatabase } from '@bliro/database';
import { Problem } from '@bliro/http';
import type { Logger } from '@bliro/observe';
import { IsNull } from 'typeorm';
import { ConsentAttempt } from '../consent/consent-attempt.entity.js';
import type { AccessTokenMemory } from '../token/memory.js';
import { KeyStoreUnavailable } from '../vault/key-store.js';
import type { Vault } from '../vault/vault.js';
import { changeConnection, lockConnection, withoutEnvironment, withoutToken } from './change.js';
import { Connection } from './connection.entity.js';

export interface Owner {
  organization: string;
  userId: string;
}

const REMEMBERED_MS = 30 * 86_400_000;

/** A user's own connection, as the user asks for it. */
export class Connections {
  constructor(
    private readonly database: OrganizationDatabase,
    private readonly vault: Vault,
    private readonly memory: AccessTokenMemory,
    private readonly logger: Logger,
  ) {}

  async find({ organization, userId }: Owner): Promise<Connection | undefined> {
    const found = await this.database.run(organization, (manager) =>
      manager.findOneBy(Connection, { organization, userId }),
    );
    if (found === null || isForgotten(found)) return undefined;
    return (await this.isLost(found)) ? Object.assign(found, { status: 'disconnected', ...withoutEnvironment }) : found;
  }

  /** Token and data key are gone when this resolves. @throws Problem not_found, key_store_unavailable */
  async disconnect({ organization, userId }: Owner): Promise<void> {
    const ended = await this.database.run(organization, async (manager) => {
      const found = await manager.findOneBy(Connection, { organization, userId });
      if (found === null) throw new Problem('not_found');
      const connection = await lockConnection(manager, found.id);
      await manager.update(
        ConsentAttempt,
        { connectionId: connection.id, finishedAt: IsNull() },
        { finishedAt: () => 'clock_timestamp()', outcome: 'ended' },
      );
      if (connection.status === 'disconnected') return connection;
      return changeConnection(manager, connection, {
        ...withoutToken,
        ...withoutEnvironment,
        status: 'disconnected',
        reason: null,
        claims: null,
        // Above the generation that a refresh under way may be storing: its key counts among those to be removed.
        generation: connection.generation + 1,
        disconnectedAt: new Date(),
      });
    });
    this.memory.drop(ended.id);
    await this.destroyKeys(ended);
    this.logger.info({ connectionId: ended.id }, 'a connection was ended');
  }

  private async destroyKeys({ id, generation }: Connection): Promise<void> {
    try {
      await this.vault.destroy(id, generation);
    } catch (error) {
      this.logger.error({ err: error, connectionId: id }, 'the data key of an ended connection is not removed yet');
      throw new Problem('key_store_unavailable', { retryAfterSeconds: 5 });
    }
  }

  /** A row whose data key is gone (a restored backup, say) holds nothing: it reads as disconnected. */
  private async isLost({ dataKeyId }: Connection): Promise<boolean> {
    if (dataKeyId === null) return false;
    try {
      return await this.vault.isLost(dataKeyId);
    } catch (error) {
      if (error instanceof KeyStoreUnavailable) return false;
      throw error;
    }
  }
}

function isForgotten({ status, disconnectedAt }: Connection): boolean {
  return status === 'disconnected' && disconnectedAt !== null && disconnectedAt.getTime() < Date.now() - REMEMBERED_MS;
}
