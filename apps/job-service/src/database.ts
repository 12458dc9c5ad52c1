import type { Logger } from '@bliro/observe';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';

/** The HTTP role's connections: they see one organization at a time, and change nothing. */
export class HttpDatabase extends DataSource {}

/** The work role's connections: they see all organizations, so every statement names its own. For the intake and the event reader. */
export class WorkDatabase extends DataSource {}

const askAgainMs = 1_000;

/** Connects, and tries again for as long as the server can't be reached: the process stays live, and isn't ready. */
export async function connected(database: DataSource, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!database.isInitialized && !signal.aborted) {
    try {
      await database.initialize();
    } catch (error) {
      logger.warn({ err: error }, 'the database is out of reach; trying again');
      await pause(askAgainMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
