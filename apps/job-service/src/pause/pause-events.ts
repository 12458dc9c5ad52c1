import { eventsSinceReply, pauseChanged, type Event, type PolicyService } from '@bliro/contract/policy';
import { followEvents, type Follower } from '@bliro/event-log';
import { resume, usersBlockedFor } from '@bliro/ledger';
import type { Logger } from '@bliro/observe';
import type { EntityManager } from 'typeorm';
import type { WorkDatabase } from '../database.js';

const PAGE = 500;

/** Lets paused work go on when policy-service says that a pause has ended. What another pause still holds is blocked again. */
export function followPauses(o: {
  database: WorkDatabase;
  policy: Pick<PolicyService, 'eventsSince'>;
  logger: Logger;
  everyMs?: number;
}): Follower {
  return followEvents<Event>({
    dataSource: o.database,
    reader: 'job-service',
    source: 'policy-service',
    pull: async (cursor) => eventsSinceReply.parse(await o.policy.eventsSince({ cursor, limit: PAGE })),
    apply: (manager, events) => applyPauses(manager, events, o.logger),
    logger: o.logger,
    ...(o.everyMs === undefined ? {} : { everyMs: o.everyMs }),
  });
}

/** Applying an event again changes nothing: whatever is no longer blocked is left alone. */
async function applyPauses(manager: EntityManager, events: readonly Event[], logger: Logger): Promise<void> {
  for (const event of events) {
    if (event.type !== 'pause.changed') continue;
    const { scope, id, paused } = pauseChanged.parse(JSON.parse(event.dataJson));
    if (paused) continue;
    const { organization } = event;
    const users = scope === 'user' ? [id] : await usersBlockedFor(manager, organization, 'paused');
    for (const userId of users) {
      const lane = await resume(manager, organization, userId);
      if (lane) logger.info({ organization, userId, laneId: lane.laneId }, 'paused work goes on');
    }
  }
}
