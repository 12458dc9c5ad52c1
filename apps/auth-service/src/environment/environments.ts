import type { OrganizationDatabase } from '@bliro/database';
import { createDataverse, discoverInstances, type Instance, ownUser, whoAmI } from '@bliro/dataverse';
import { Problem } from '@bliro/http';
import { correlationId, type Logger } from '@bliro/observe';
import { changeConnection, lockConnection, withoutTrouble } from '../connection/change.js';
import type { Connection } from '../connection/connection.entity.js';
import type { Connections, Owner } from '../connection/connections.js';
import type { TokenResult, TokenSource, TokenTarget } from '../token/token-source.js';
import { type Cloud, isEnvironmentAddress } from './cloud.js';

export interface FoundEnvironment extends Instance {
  selectable: boolean;
  reason?: 'disabled' | 'address_not_allowed';
}

export interface EnvironmentsParts {
  database: OrganizationDatabase;
  connections: Connections;
  tokens: TokenSource;
  discovery: { url: string; cloud: Cloud | undefined };
  allowLocal: boolean;
  logger: Logger;
}

const DISCOVERY_TIMEOUT_MS = 10_000;
const LABEL_TIMEOUT_MS = 5_000;

/** The Dynamics environments that a user can reach, and the one that they chose. Nothing is chosen for them. */
export class Environments {
  constructor(private readonly parts: EnvironmentsParts) {}

  async list(owner: Owner): Promise<FoundEnvironment[]> {
    const { token } = await this.token(await this.connectionOf(owner), 'discovery');
    const { discovery, allowLocal, logger } = this.parts;
    const found = await discoverInstances({
      discoveryUrl: discovery.url,
      accessToken: token.accessToken,
      allowLocal,
      timeoutMs: DISCOVERY_TIMEOUT_MS,
    });
    if (!found.ok) {
      const { message: _message, ...failure } = found.failure;
      logger.warn({ failure: { ...failure, claims: undefined } }, 'Discovery gave no environments');
      throw new Problem('microsoft_unavailable', { retryAfterSeconds: (failure.retryAfterMs ?? 5_000) / 1000 });
    }
    return found.value.map((instance) => this.judge(instance));
  }

  /** The connection with that environment. Choosing the same one again changes nothing. */
  async choose(owner: Owner, environmentId: string): Promise<Connection> {
    const found = (await this.list(owner)).find(({ id }) => id === environmentId.toLowerCase());
    if (found === undefined) throw new Problem('environment_unknown');
    if (!found.selectable) throw new Problem('environment_not_selectable');
    const chosen = await this.write(owner, found);
    return (await this.label(owner, chosen)) ?? chosen;
  }

  private judge(instance: Instance): FoundEnvironment {
    const { cloud } = this.parts.discovery;
    const ours = [instance.url, instance.apiUrl].every((address) => isEnvironmentAddress(address, cloud));
    if (!ours) return { ...instance, selectable: false, reason: 'address_not_allowed' };
    return instance.enabled
      ? { ...instance, selectable: true }
      : { ...instance, selectable: false, reason: 'disabled' };
  }

  private async write(owner: Owner, found: FoundEnvironment): Promise<Connection> {
    const { id } = await this.connectionOf(owner);
    return this.parts.database.run(owner.organization, async (manager) => {
      const row = await lockConnection(manager, id);
      if (row.status !== 'awaiting_environment' && row.status !== 'active') throw problemOf(row.status);
      const values = {
        environmentId: found.id,
        environmentName: found.name,
        environmentUrl: found.url,
        environmentApiUrl: found.apiUrl,
        environmentType: found.type,
      };
      const same =
        row.status === 'active' &&
        Object.entries(values).every(([key, value]) => row[key as keyof Connection] === value);
      return same ? row : changeConnection(manager, row, { ...values, ...withoutTrouble, status: 'active' });
    });
  }

  /** Asks Dataverse who the user is, for people to read. The choice stands without it. */
  private async label(owner: Owner, connection: Connection): Promise<Connection | undefined> {
    const { database, logger } = this.parts;
    try {
      const me = await this.ownNames(connection);
      if (me === undefined) return undefined;
      return await database.run(owner.organization, async (manager) => {
        const row = await lockConnection(manager, connection.id);
        if (row.version !== connection.version) return row;
        return manager.save(Object.assign(row, { accountName: me.name ?? null, accountEmail: me.email ?? null }));
      });
    } catch (error) {
      logger.warn({ err: error, connectionId: connection.id }, 'a connection has no name of its user');
      return undefined;
    }
  }

  private async ownNames(connection: Connection) {
    const { token } = await this.token(connection, 'environment');
    const id = correlationId();
    const dataverse = createDataverse({
      apiUrl: connection.environmentApiUrl ?? '',
      accessToken: token.accessToken,
      timeoutMs: LABEL_TIMEOUT_MS,
      allowLocal: this.parts.allowLocal,
      ...(id === undefined ? {} : { correlationId: id }),
    });
    const me = await whoAmI(dataverse);
    const row = me.ok ? await ownUser(dataverse, me.value.userId) : me;
    if (!row.ok)
      this.parts.logger.warn(
        { class: row.failure.class, status: row.failure.status },
        'Dataverse did not say who the user is',
      );
    return row.ok ? row.value : undefined;
  }

  private async connectionOf(owner: Owner): Promise<Connection> {
    const connection = await this.parts.connections.find(owner);
    if (connection === undefined) throw new Problem('not_found');
    return connection;
  }

  private async token(connection: Connection, target: TokenTarget): Promise<Extract<TokenResult, { kind: 'given' }>> {
    const result = await this.parts.tokens.get(connection, target);
    if (result.kind === 'given') return result;
    if (result.code !== 'unavailable') throw new Problem(result.code);
    throw new Problem('microsoft_unavailable', { retryAfterSeconds: (result.retryAfterMs ?? 5_000) / 1000 });
  }
}

const problemOf = (status: Connection['status']): Problem =>
  new Problem(status === 'needs_reconnect' ? 'reconnect_required' : 'not_connected');
