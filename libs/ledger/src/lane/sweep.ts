import { rows } from '@bliro/database';
import type { DataSource } from 'typeorm';

export interface DueLane {
  readonly laneId: string;
  readonly fence: string;
}

// Materialized, so that the lock of each holder is tried once and not once for each of its lanes.
const freeLanesOfTheDead = `
  WITH holders AS MATERIALIZED (SELECT DISTINCT holder FROM lane WHERE holder IS NOT NULL),
    dead AS MATERIALIZED (SELECT holder FROM holders WHERE pg_try_advisory_xact_lock(holder))
  UPDATE lane SET holder = NULL, due = clock_timestamp(), woken_at = NULL
  FROM dead WHERE lane.holder = dead.holder RETURNING lane.id`;

const markDue = `
  WITH due_now AS (
    SELECT id, due FROM lane
    WHERE due <= clock_timestamp() AND (woken_at IS NULL OR woken_at < clock_timestamp() - interval '5 seconds')
    ORDER BY due LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
  ), woken AS (
    UPDATE lane SET woken_at = clock_timestamp() FROM due_now WHERE lane.id = due_now.id
    RETURNING lane.id AS "laneId", lane.fence::text AS fence, due_now.due AS due
  )
  SELECT "laneId", fence FROM woken ORDER BY due`;

/** Due lanes that nobody alive holds and nobody woke in the last 5 s, oldest first. Lanes of holders whose lock is gone are due at once. */
export async function sweep(dataSource: DataSource, limit: number): Promise<DueLane[]> {
  await dataSource.query(freeLanesOfTheDead);
  return rows<DueLane>(dataSource, markDue, [limit]);
}
