import type { DataSource } from 'typeorm';
import { conclude, type Conclusion } from '../action/conclude.js';
import { lockFenced, type Lease } from './lease.js';

/** Writes what became of an action. False, and nothing changed, when somebody else took the lane or ended the action meanwhile. */
export function settle(dataSource: DataSource, held: Lease, conclusion: Conclusion): Promise<boolean> {
  return dataSource.transaction(
    async (manager) => (await lockFenced(manager, held)) && (await conclude(manager, held.laneId, conclusion)),
  );
}
