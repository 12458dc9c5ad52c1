import { firstRow } from '@bliro/database';
import type { EntityManager } from 'typeorm';
import { moveActions } from '../action/move.js';

export interface WakeableLane {
  readonly laneId: string;
  readonly fence: string;
  /** Somebody runs it, and sees by `seq` that there is more: no wake-up is needed. */
  readonly held: boolean;
}

/** For RETURNING of a statement that changed a row of `lane`. */
export const wakeableColumns = `lane.id AS "laneId", lane.fence::text AS fence,
  lane.holder IS NOT NULL AND lane.due > clock_timestamp() AS held`;

/** While a lane is held, its `due` is the lease's end and nobody else's to move. */
export const dueNow = 'CASE WHEN lane.holder IS NULL THEN least(lane.due, clock_timestamp()) ELSE lane.due END';

/** Makes a user's lane due in the caller's transaction; undefined where the user never had work. */
export async function makeLaneDue(
  manager: EntityManager,
  organization: string,
  userId: string,
): Promise<WakeableLane | undefined> {
  return firstRow<WakeableLane>(
    manager,
    `UPDATE lane SET seq = seq + 1, due = ${dueNow} WHERE organization = $1 AND user_id = $2
     RETURNING ${wakeableColumns}`,
    [organization, userId],
  );
}

/**
 * Lets a user's blocked actions go on, and those that wait to be verified be looked at now. Undefined when there were none: doing it
 * twice changes nothing.
 */
export async function resume(
  manager: EntityManager,
  organization: string,
  userId: string,
): Promise<WakeableLane | undefined> {
  const lane = await firstRow<{ id: string }>(
    manager,
    'SELECT id FROM lane WHERE organization = $1 AND user_id = $2 FOR NO KEY UPDATE',
    [organization, userId],
  );
  if (!lane) return undefined;
  const inLane = `lane_id = $7 AND position > (SELECT finished_to FROM lane WHERE id = $7)`;
  const resumed = [
    ...(await moveActions(manager, { from: ['blocked'], to: 'queued', where: inLane, values: [lane.id] })),
    ...(await moveActions(manager, {
      from: ['verifying'],
      to: 'verifying',
      reason: 'outcome_unknown',
      where: `${inLane} AND next_attempt_at > clock_timestamp()`,
      values: [lane.id],
    })),
  ];
  if (resumed.length === 0) return undefined;
  return makeLaneDue(manager, organization, userId);
}
