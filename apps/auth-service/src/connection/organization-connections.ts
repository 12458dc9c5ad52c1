import type { ConnectionReason, ConnectionStatus } from '@bliro/contract/auth';
import type { OrganizationDatabase } from '@bliro/database';
import { type EntityManager, In, MoreThan, Not, Raw } from 'typeorm';
import { REMEMBERED_DAYS } from './connections.js';
import { Connection } from './connection.entity.js';

export interface ConnectionFilter {
  status?: ConnectionStatus | undefined;
  reason?: ConnectionReason | undefined;
  limit: number;
  /** Id of the last one of the page before. */
  cursor?: string | undefined;
}

export interface ListedConnection {
  connection: Connection;
  /** Other users of the organization who have connected the same Microsoft account. */
  sharedWith: string[];
}

/** Every connection of an organization, for its administrators. */
export class OrganizationConnections {
  constructor(private readonly database: OrganizationDatabase) {}

  /** One page in the order of ids; `next` is the cursor of the one after it. */
  async list(organization: string, filter: ConnectionFilter): Promise<{ items: ListedConnection[]; next?: string }> {
    return this.database.run(organization, async (manager) => {
      const rows = await manager.find(Connection, {
        where: {
          organization,
          disconnectedAt: Raw(
            (at) => `(${at} is null or ${at} > clock_timestamp() - interval '${REMEMBERED_DAYS} days')`,
          ),
          ...(filter.status === undefined ? {} : { status: filter.status }),
          ...(filter.reason === undefined ? {} : { reason: filter.reason }),
          ...(filter.cursor === undefined ? {} : { id: MoreThan(filter.cursor) }),
        },
        order: { id: 'ASC' },
        take: filter.limit + 1,
      });
      const page = rows.slice(0, filter.limit);
      const last = page.at(-1);
      const items = await withSharers(manager, page);
      return { items, ...(rows.length > page.length && last !== undefined ? { next: last.id } : {}) };
    });
  }
}

async function withSharers(manager: EntityManager, page: Connection[]): Promise<ListedConnection[]> {
  const subjects = page.flatMap(({ subject }) => subject ?? []);
  if (subjects.length === 0) return page.map((connection) => ({ connection, sharedWith: [] }));
  const organization = page[0]?.organization ?? '';
  const same = await manager.findBy(Connection, {
    organization,
    subject: In(subjects),
    status: Not(In(['awaiting_consent', 'disconnected'])),
  });
  return page.map((connection) => ({
    connection,
    sharedWith: same.filter((other) => isSharedBy(connection, other)).map(({ userId }) => userId),
  }));
}

function isSharedBy(one: Connection, other: Connection): boolean {
  return (
    one.status !== 'disconnected' &&
    one.id !== other.id &&
    one.tenantId === other.tenantId &&
    one.subject === other.subject
  );
}
