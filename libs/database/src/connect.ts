import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

const ASK_AGAIN_MS = 1_000;

export interface DatabaseConnection {
  /** Rejects while the server does not answer. */
  ping(): Promise<void>;
  /** Ends the connections, or the attempts to get some. */
  close(): Promise<void>;
}

/** Connects in the background, and tries again for as long as the server can't be reached. */
export function connect(
  dataSource: DataSource,
  logger: { warn(fields: object, message: string): void },
): DatabaseConnection {
  const closing = new AbortController();
  const { signal } = closing;
  const connecting = (async () => {
    while (!dataSource.isInitialized && !signal.aborted) {
      try {
        await dataSource.initialize();
      } catch (error) {
        logger.warn({ err: error }, 'the database is out of reach; trying again');
        await pause(ASK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  })();
  return {
    ping: async () => {
      await dataSource.query('select 1');
    },
    close: async () => {
      closing.abort();
      await connecting;
      if (dataSource.isInitialized) await dataSource.destroy();
    },
  };
}
