import {
  eventsSinceReply,
  pauseChanged,
  type Event,
  type EventsSinceReply,
  type PolicyService,
} from '@bliro/contract/policy';
import { followEvents, type Follower } from '@bliro/event-log';
import { resume, usersBlockedFor } from '@bliro/ledger';
import type { Logger } from '@bliro/observe';
import type { EntityManager } from 'typeorm';
import type { WorkDatabase } from '../database.js';

const PAGE = 500;
/** Longer than a worker needs to note that it was told to wait: what it notes after that, no event would let go on. */
const SETTLED_AFTER_MS = 1_500;
const ASK_EVERY_MS = 500;

/** Lets paused work go on when policy-service says that a pause has ended. What another pause still holds is blocked again. */
export function followPauses(o: {
  database: WorkDatabase;
  policy: Pick<PolicyService, 'eventsSince'>;
  logger: Logger;
  everyMs?: number;
}): Follower {
  const page = async (cursor: string, limit: number) =>
    eventsSinceReply.parse(await o.policy.eventsSince({ cursor, limit }));
  return followEvents<Event>({
    dataSource: o.database,
    reader: 'job-service',
    source: 'policy-service',
    pull: settledOnly(page, SETTLED_AFTER_MS),
    apply: (manager, events) => applyPauses(manager, events, o.logger),
    logger: o.logger,
    everyMs: o.everyMs ?? ASK_EVERY_MS,
  });
}

type Page = (cursor: string, limit: number) => Promise<EventsSinceReply>;

/** Events that this process has known for a while, by its own monotonic clock; the rest is asked for again. */
function settledOnly(page: Page, afterMs: number): (cursor: string) => Promise<EventsSinceReply> {
  let firstSeen = new Map<string, number>();
  return async (cursor) => {
    const now = performance.now();
    const all = await page(cursor, PAGE);
    firstSeen = new Map(all.events.map(({ id }) => [id, firstSeen.get(id) ?? now]));
    const fresh = all.events.findIndex(({ id }) => now - (firstSeen.get(id) ?? now) < afterMs);
    if (fresh === -1) return all;
    return fresh === 0 ? { events: [], cursor } : page(cursor, fresh);
  };
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
