import type { OrganizationDatabase } from '@bliro/database';
import { createDataverse, discoverInstances, type Instance, ownUser, whoAmI } from '@bliro/dataverse';
import { correlationId, type Logger } from '@bliro/observe';
import { lockConnection } from '../connection/change.js';
import type { Connection } from '../connection/connection.entity.js';
import type { TokenResult, TokenSource } from '../token/token-source.js';
import type { TokenUse } from '../vault/vault-event.js';
import { type Cloud, isEnvironmentAddress } from './cloud.js';
import { FoundEnvironment } from './found-environment.entity.js';
import { wantedEnvironment } from './placed.js';
import { lockForPlacement, place } from './placement.js';

export interface SeenEnvironment extends Instance {
  selectable: boolean;
  reason?: 'disabled' | 'address_not_allowed';
}

export type Discovered =
  | { kind: 'found'; seen: SeenEnvironment[]; connection: Connection; pin: string | null }
  | { kind: 'unavailable'; retryAfterMs: number }
  | Extract<TokenResult, { kind: 'refused' }>;

export interface DiscoveryParts {
  database: OrganizationDatabase;
  tokens: TokenSource;
  discovery: { url: string; cloud: Cloud | undefined };
  allowLocal: boolean;
  logger: Logger;
}

const TIMEOUT_MS = 10_000;
const LABEL_TIMEOUT_MS = 5_000;
const LATER_MS = 5_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Asks Microsoft what a user can reach, remembers it, and lets the connection go where that leads. */
export class Discovery {
  constructor(private readonly parts: DiscoveryParts) {}

  async ask(connection: Connection, use: TokenUse): Promise<Discovered> {
    const { discovery, allowLocal, logger, tokens } = this.parts;
    const given = await tokens.get(connection, 'discovery', use);
    if (given.kind === 'refused') return given;
    const found = await discoverInstances({
      discoveryUrl: discovery.url,
      accessToken: given.token.accessToken,
      allowLocal,
      timeoutMs: TIMEOUT_MS,
    });
    if (!found.ok) {
      const { message: _message, claims: _claims, ...failure } = found.failure;
      logger.warn({ failure, connectionId: connection.id }, 'Discovery gave no environments');
      return { kind: 'unavailable', retryAfterMs: failure.retryAfterMs ?? LATER_MS };
    }
    const seen = found.value.map((instance) => this.judge(instance));
    return { kind: 'found', seen, ...(await this.remember(given.connection, seen)) };
  }

  /** Asks Dataverse who the user is, for people to read. Whatever else stands without it. */
  async label(connection: Connection, use: TokenUse): Promise<Connection | undefined> {
    const { database, logger } = this.parts;
    try {
      const me = await this.ownNames(connection, use);
      if (me === undefined) return undefined;
      return await database.run(connection.organization, async (manager) => {
        const row = await lockConnection(manager, connection.id);
        if (row.version !== connection.version) return row;
        return manager.save(Object.assign(row, { accountName: me.name ?? null, accountEmail: me.email ?? null }));
      });
    } catch (error) {
      logger.warn({ err: error, connectionId: connection.id }, 'a connection has no name of its user');
      return undefined;
    }
  }

  private judge(instance: Instance): SeenEnvironment {
    const { cloud } = this.parts.discovery;
    const ours = [instance.url, instance.apiUrl].every((address) => isEnvironmentAddress(address, cloud));
    if (!ours) return { ...instance, selectable: false, reason: 'address_not_allowed' };
    return instance.enabled
      ? { ...instance, selectable: true }
      : { ...instance, selectable: false, reason: 'disabled' };
  }

  /** What was found of an account that is no longer the connection's is not kept. */
  private remember(
    asked: Connection,
    seen: SeenEnvironment[],
  ): Promise<{ connection: Connection; pin: string | null }> {
    return this.parts.database.run(asked.organization, async (manager) => {
      const { pin, row } = await lockForPlacement(manager, asked);
      const sameSignIn = row.tenantId === asked.tenantId && row.subject === asked.subject;
      if (!sameSignIn || row.status === 'disconnected') return { pin, connection: row };
      await manager.delete(FoundEnvironment, { connectionId: row.id });
      const found = seen.filter(({ selectable }) => selectable).map((one) => foundBy(row, one));
      await manager.insert(FoundEnvironment, found);
      row.discoveryDueAt = nextDiscovery(wantedEnvironment(row, pin), found);
      return { pin, connection: await place(manager, row, pin) };
    });
  }

  private async ownNames(connection: Connection, use: TokenUse) {
    const { tokens, allowLocal, logger } = this.parts;
    const given = await tokens.get(connection, 'environment', use);
    if (given.kind === 'refused') return undefined;
    const id = correlationId();
    const dataverse = createDataverse({
      apiUrl: given.connection.environmentApiUrl ?? '',
      accessToken: given.token.accessToken,
      timeoutMs: LABEL_TIMEOUT_MS,
      allowLocal,
      ...(id === undefined ? {} : { correlationId: id }),
    });
    const me = await whoAmI(dataverse);
    const row = me.ok ? await ownUser(dataverse, me.value.userId) : me;
    if (row.ok) return row.value;
    const { class: kind, status } = row.failure;
    logger.warn({ class: kind, status, connectionId: connection.id }, 'Dataverse did not say who the user is');
    return undefined;
  }
}

/** Seldom where all is well, often where somebody waits for an environment, never where none is wanted. */
function nextDiscovery(wanted: string | null, found: readonly FoundEnvironment[]): Date | null {
  if (wanted === null) return null;
  const reached = found.some(({ environmentId }) => environmentId === wanted);
  return new Date(Date.now() + (reached ? DAY_MS * (1 + Math.random() / 4) : HOUR_MS));
}

function foundBy({ id, organization }: Connection, one: SeenEnvironment): FoundEnvironment {
  const { id: environmentId, name, url, apiUrl, type } = one;
  return Object.assign(new FoundEnvironment(), {
    connectionId: id,
    organization,
    environmentId,
    name,
    url,
    apiUrl,
    type,
  });
}
