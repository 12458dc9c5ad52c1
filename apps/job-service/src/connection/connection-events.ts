import { connectionChanged, eventsSinceReply, type AuthService, type Event } from '@bliro/contract/auth';
import { followEvents, type Follower } from '@bliro/event-log';
import { resume } from '@bliro/ledger';
import type { Logger } from '@bliro/observe';
import type { EntityManager } from 'typeorm';
import type { WorkDatabase } from '../database.js';

const PAGE = 500;

/** Lets a user's blocked work go on when auth-service says that the connection is active. The sweep wakes the lane. */
export function followConnections(o: {
  database: WorkDatabase;
  auth: Pick<AuthService, 'eventsSince'>;
  logger: Logger;
  everyMs?: number;
}): Follower {
  return followEvents<Event>({
    dataSource: o.database,
    reader: 'job-service',
    source: 'auth-service',
    pull: async (cursor) => eventsSinceReply.parse(await o.auth.eventsSince({ cursor, limit: PAGE })),
    apply: (manager, events) => applyConnections(manager, events, o.logger),
    logger: o.logger,
    ...(o.everyMs === undefined ? {} : { everyMs: o.everyMs }),
  });
}

/** Applying an event again changes nothing: whatever is no longer blocked is left alone. */
export async function applyConnections(
  manager: EntityManager,
  events: readonly Event[],
  logger: Logger,
): Promise<void> {
  for (const { organization, userId } of activated(events)) {
    const lane = await resume(manager, organization, userId);
    if (lane) logger.info({ organization, userId, laneId: lane.laneId }, 'blocked work goes on');
  }
}

function activated(events: readonly Event[]): { organization: string; userId: string }[] {
  const users = new Map<string, { organization: string; userId: string }>();
  for (const event of events) {
    if (event.type !== 'connection.changed') continue;
    const { userId, status } = connectionChanged.parse(JSON.parse(event.dataJson));
    const { organization } = event;
    if (status === 'active') users.set(JSON.stringify([organization, userId]), { organization, userId });
  }
  return [...users.values()];
}
