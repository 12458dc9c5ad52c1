import type { DataSource, EntityManager } from 'typeorm';
import { cursorSchema } from './cursor.js';
import type { StoredEvent } from './event.js';
import { Wakeable } from './wakeable.js';

const LONGEST_WAIT_MS = 60_000;

export interface FollowOptions<E = StoredEvent> {
  /** A work role's, of the schema that holds the effect and the cursor. */
  dataSource: DataSource;
  reader: string;
  source: string;
  /** Asks the source; runs outside of any transaction and has a deadline of its own. */
  pull: (cursor: string) => Promise<{ events: E[]; cursor: string }>;
  /** The effect, in the transaction that moves the cursor. Repeated until it succeeds. */
  apply: (manager: EntityManager, events: E[]) => Promise<void>;
  everyMs?: number;
  logger: { warn(fields: object, message: string): void };
}

export interface Follower {
  /** There may be something new: ask now. */
  nudge(): void;
  /** Resolves when the round that runs has ended. */
  stop(): Promise<void>;
}

/** Follows the events of one source, in order, each applied once. Several replicas may follow under the same name. */
export function followEvents<E>(options: FollowOptions<E>): Follower {
  const { everyMs = 2_000, logger, reader, source } = options;
  const sleeper = new Wakeable();
  let stopped = false;

  const follow = async (): Promise<void> => {
    let failures = 0;
    while (!stopped) {
      try {
        const more = await round(options);
        failures = 0;
        if (!more) await sleeper.sleep(everyMs);
      } catch (error) {
        failures += 1;
        logger.warn({ err: error, reader, source, failures }, 'events could not be applied; asking again');
        await sleeper.sleep(Math.min(everyMs * 2 ** (failures - 1), LONGEST_WAIT_MS));
      }
    }
  };
  const running = follow();

  return {
    nudge: () => sleeper.wake(),
    stop: () => {
      stopped = true;
      sleeper.wake();
      return running;
    },
  };
}

/** Answers whether to go on at once. */
async function round<E>(options: FollowOptions<E>): Promise<boolean> {
  const { dataSource, reader, source } = options;
  const before = await readCursor(dataSource, reader, source);
  const pulled = await options.pull(before);
  const after = cursorSchema.parse(pulled.cursor);
  if (after === before) return false;
  await dataSource.transaction(async (manager) => {
    if (!(await moveCursor(manager, { reader, source, before, after }))) return;
    if (pulled.events.length > 0) await options.apply(manager, pulled.events);
  });
  return true;
}

async function readCursor(dataSource: DataSource, reader: string, source: string): Promise<string> {
  const rows = await dataSource.query<{ position: string }[]>(
    'select position from event_cursor where reader = $1 and source = $2',
    [reader, source],
  );
  return rows[0]?.position ?? '0';
}

/** False when another replica has moved it since; while one is at it, others wait here for its commit or rollback. */
async function moveCursor(
  manager: EntityManager,
  move: { reader: string; source: string; before: string; after: string },
): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `insert into event_cursor as cursor (reader, source, position) values ($1, $2, $4)
     on conflict (reader, source) do update set position = excluded.position where cursor.position = $3
     returning position`,
    [move.reader, move.source, move.before, move.after],
  );
  return rows.length > 0;
}
