import type { EntityManager } from 'typeorm';
import type { BlockedReason } from '@bliro/contract/crm';
import { rows } from '@bliro/database';

/** Users of an organization whose work is blocked for this reason. */
export async function usersBlockedFor(
  manager: EntityManager,
  organization: string,
  reason: BlockedReason,
): Promise<string[]> {
  const found = await rows<{ userId: string }>(
    manager,
    `SELECT lane.user_id AS "userId" FROM lane
     WHERE lane.organization = $1 AND EXISTS (
       SELECT FROM action WHERE action.lane_id = lane.id AND action.position > lane.finished_to
         AND action.status = 'blocked' AND action.reason = $2)`,
    [organization, reason],
  );
  return found.map(({ userId }) => userId);
}
