import { OrganizationDatabase } from '@bliro/database';
import { Problem } from '@bliro/http';
import type { Logger } from '@bliro/observe';
import type { AccessTokenMemory } from '../token/memory.js';
import { KeyStoreUnavailable } from '../vault/key-store.js';
import type { Vault } from '../vault/vault.js';
import { lockConnection, withoutEnvironment } from './change.js';
import { Connection } from './connection.entity.js';
import { endAllConnections, endConnection } from './ending.js';

export interface Owner {
  organization: string;
  userId: string;
}

export const REMEMBERED_DAYS = 30;
const DAY_MS = 86_400_000;

/** A user's own connection, as the user asks for it, and its end, whoever wants it. */
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
    await this.destroyKeys(await this.end(organization, { userId }));
  }

  /** The same for an administrator, by the connection's id. */
  async endOne(organization: string, id: string): Promise<void> {
    await this.destroyKeys(await this.end(organization, { id }));
  }

  /** The tokens are gone when this resolves, and the keys too where the key store answers; else they follow with the sweep. */
  async endAll(organization: string): Promise<number> {
    const ended = await this.database.run(organization, (manager) => endAllConnections(manager, organization));
    for (const { id } of ended) this.memory.drop(id);
    this.logger.info({ organization, connections: ended.length }, 'all connections of an organization were ended');
    try {
      await this.vault.destroyAll(ended);
    } catch (error) {
      this.logger.error({ err: error, organization }, 'the data keys of ended connections are left to the sweep');
    }
    return ended.length;
  }

  private async end(organization: string, which: { userId: string } | { id: string }): Promise<Connection> {
    const ended = await this.database.run(organization, async (manager) => {
      const found = await manager.findOneBy(Connection, { organization, ...which });
      if (found === null) throw new Problem('not_found');
      return endConnection(manager, await lockConnection(manager, found.id));
    });
    this.memory.drop(ended.id);
    this.logger.info({ connectionId: ended.id }, 'a connection was ended');
    return ended;
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
  if (status !== 'disconnected' || disconnectedAt === null) return false;
  return disconnectedAt.getTime() < Date.now() - REMEMBERED_DAYS * DAY_MS;
}
