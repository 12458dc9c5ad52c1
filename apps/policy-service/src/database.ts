import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@bliro/observe';
import { DataSource } from 'typeorm';

/** The work role's connections: they see all organizations, so every statement names its own. For the folder decision/ alone. */
export class WorkDatabase extends DataSource {}

const askAgainMs = 1_000;

/** Connects, and tries again for as long as the server can't be reached: the process stays live, and isn't ready. */
export async function connected(database: DataSource, logger: Logger): Promise<void> {
  while (!database.isInitialized) {
    try {
      await database.initialize();
    } catch (error) {
      logger.warn({ err: error }, 'the database is out of reach; trying again');
      await pause(askAgainMs);
    }
  }
}
