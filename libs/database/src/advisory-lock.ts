import { setTimeout as pause } from 'node:timers/promises';
import { LockUnavailable } from './errors.js';

/** Runs one statement on one session and answers its rows. */
export type Session = (sql: string, values?: unknown[]) => Promise<unknown[]>;

const RETRY_MS = 100;
const PATIENCE_MS = 300_000;

/**
 * Runs `work` while this session holds the database-wide lock `name`; throws `LockUnavailable` after five minutes.
 * It asks again and again instead of waiting inside the server: a waiting statement holds a snapshot, and the holder's
 * CREATE INDEX CONCURRENTLY would wait for that one in turn.
 */
export async function withAdvisoryLock<T>(session: Session, name: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await tryLock(session, name))) {
    if (Date.now() > deadline) throw new LockUnavailable(name);
    await pause(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    await session('select pg_advisory_unlock(hashtextextended($1, 0))', [name]);
  }
}

async function tryLock(session: Session, name: string): Promise<boolean> {
  const rows = await session('select pg_try_advisory_lock(hashtextextended($1, 0)) as held', [name]);
  return (rows[0] as { held: boolean }).held;
}
