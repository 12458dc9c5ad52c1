import { rows } from '@bliro/database';
import { runForOrganization, type Logger } from '@bliro/observe';
import type { DataSource } from 'typeorm';
import { Connection } from '../connection/connection.entity.js';
import type { Discovery } from './discovery.js';

const BATCH = 20;
const AGAIN_SECONDS = 3600;
const DAY_MS = 86_400_000;

/** The next ones, each taken by one process alone: its next time is set before it is asked about. */
const TAKE = `
  update connection set discovery_due_at = clock_timestamp() + make_interval(secs => $1)
   where id in (select id from connection
                 where discovery_due_at <= clock_timestamp() and status in ('awaiting_environment', 'active')
                 order by discovery_due_at limit $2 for update skip locked)
  returning id`;

/** Asks Discovery again where an environment seems to be out of reach, gone or moved, without the user. */
export class Rediscovery {
  #running: Promise<void> | undefined;

  constructor(
    private readonly work: DataSource,
    private readonly discovery: Discovery,
    private readonly logger: Logger,
  ) {}

  /** Something is due: begin, and don't wait for it. */
  nudge(): void {
    this.run().catch((error: unknown) => this.logger.warn({ err: error }, 'Discovery is asked again later'));
  }

  run(): Promise<void> {
    this.#running ??= this.askAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async stop(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  private async askAll(): Promise<void> {
    for (;;) {
      const due = await rows<{ id: string }>(this.work, TAKE, [AGAIN_SECONDS, BATCH]);
      for (const { id } of due) await this.ask(id);
      if (due.length < BATCH) return;
    }
  }

  private async ask(id: string): Promise<void> {
    const row = await this.work.manager.findOneBy(Connection, { id });
    if (row === null || isIdle(row)) return;
    await runForOrganization(row.organization, () => this.askFor(row));
  }

  private async askFor(row: Connection): Promise<void> {
    const { id } = row;
    const answer = await this.discovery.ask(row, { why: 'rediscovery', by: 'auth-service' });
    if (answer.kind !== 'found') return;
    const { connection } = answer;
    this.logger.info({ connectionId: id, status: connection.status }, 'Discovery was asked again');
    if (connection.status === 'active' && connection.accountEmail === null) {
      await this.discovery.label(connection, { why: 'label', by: 'auth-service' });
    }
  }
}

/** Nobody works there: asking would only keep the refresh token alive. */
function isIdle({ status, lastUsedAt }: Connection): boolean {
  return status === 'active' && (lastUsedAt === null || lastUsedAt.getTime() < Date.now() - DAY_MS);
}
