import { rows } from '@bliro/database';
import type { DataSource } from 'typeorm';
import { Connection } from '../connection/connection.entity.js';
import type { TokenSource } from './token-source.js';

const DAY_MS = 86_400_000;
const EARLIEST_DAYS = 30;
const SPREAD_DAYS = 30;
const BATCH = 20;

/** Some day well within the 90 that Entra gives a token without use, another one for each connection. */
export const nextKeepAlive = (now = Date.now(), random = Math.random()): Date =>
  new Date(now + (EARLIEST_DAYS + random * SPREAD_DAYS) * DAY_MS);

/** The next ones, each taken by one process alone; what fails is tried again the next day. */
const TAKE = `
  update connection set keep_alive_at = clock_timestamp() + interval '1 day'
   where id in (select id from connection
                 where keep_alive_at <= clock_timestamp() and ciphertext is not null
                   and status in ('awaiting_environment', 'active')
                   and organization not in (select organization from organization where not keep_alive)
                 order by keep_alive_at limit ${BATCH} for update skip locked)
  returning id`;

/** Uses the refresh tokens that nobody has used for long, so that they don't die of it; where the organization wants that. */
export async function keepAlive(work: DataSource, tokens: TokenSource): Promise<void> {
  const due = await rows<{ id: string }>(work, TAKE);
  for (const { id } of due) {
    const row = await work.manager.findOneBy(Connection, { id });
    if (row !== null) await tokens.get(row, 'discovery', { why: 'keep_alive', by: 'auth-service' });
  }
}
