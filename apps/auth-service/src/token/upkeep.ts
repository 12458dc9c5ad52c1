import type { Logger } from '@bliro/observe';
import type { DataSource } from 'typeorm';
import { changeConnection, lockConnection, withoutToken } from '../connection/change.js';
import { Connection } from '../connection/connection.entity.js';
import type { Rediscovery } from '../environment/rediscovery.js';
import { sweepKeys } from '../vault/key-sweep.js';
import type { KeyStore } from '../vault/key-store.js';
import { keepAlive } from './keep-alive.js';
import type { TokenSource } from './token-source.js';

const EVERY_MS = 60_000;
const BATCH = 20;

/** Thirty days after the end nothing is shown of a connection any more; what was never one goes with its attempts. */
const FORGET = `
  delete from connection
   where id in (select id from connection
                 where (status = 'disconnected' and disconnected_at < clock_timestamp() - interval '30 days')
                    or (status = 'awaiting_consent' and created_at < clock_timestamp() - interval '30 days'
                        and not exists (select from consent_attempt where connection_id = connection.id))
                 limit 1000)`;

export interface UpkeepParts {
  work: DataSource;
  store: KeyStore;
  tokens: TokenSource;
  rediscovery: Rediscovery;
  logger: Logger;
}

/** What time alone makes due: probes of broken connections, tokens kept for too long, keys and attempts left behind. */
export class Upkeep {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  private readonly work: DataSource;

  constructor(private readonly parts: UpkeepParts) {
    this.work = parts.work;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.run());
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.parts.rediscovery.stop();
  }

  async run(): Promise<void> {
    await this.step('expire kept tokens', () => this.expireKept());
    await this.step('probe broken connections', () => this.probe());
    await this.step('ask Discovery again', () => this.parts.rediscovery.run());
    await this.step('sweep data keys', () => sweepKeys(this.parts.store, this.work));
    await this.step('keep idle connections alive', () => keepAlive(this.work, this.parts.tokens));
    await this.step('forget ended connections', () => this.work.query(FORGET));
    await this.step('forget old attempts', () =>
      this.work.query(`delete from consent_attempt where expires_at < clock_timestamp() - interval '1 day'`),
    );
  }

  private async step(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.parts.logger.warn({ err: error, step: name }, 'upkeep goes on without a step');
    }
  }

  /** The keys follow with the sweep. */
  private async expireKept(): Promise<void> {
    const due = await this.work.query<{ id: string }[]>(
      `select id from connection where keep_token_until < clock_timestamp() and ciphertext is not null limit $1`,
      [BATCH],
    );
    for (const { id } of due) {
      await this.work.transaction(async (manager) => {
        const row = await lockConnection(manager, id);
        if (row.keepTokenUntil === null || row.keepTokenUntil.getTime() > Date.now()) return;
        if (row.status === 'needs_reconnect') await manager.save(Object.assign(row, withoutToken));
        else
          await changeConnection(manager, row, {
            ...withoutToken,
            status: 'needs_reconnect',
            reason: 'refresh_token_expired',
          });
      });
    }
  }

  private async probe(): Promise<void> {
    const due = await this.work.query<{ id: string }[]>(
      `select id from connection
        where status = 'needs_reconnect' and probe_at < clock_timestamp() and ciphertext is not null
        order by probe_at limit $1`,
      [BATCH],
    );
    for (const { id } of due) {
      const row = await this.work.manager.findOneBy(Connection, { id });
      if (row !== null)
        await this.parts.tokens.get(row, row.environmentUrl === null ? 'discovery' : 'environment', {
          why: 'probe',
          by: 'auth-service',
        });
    }
  }
}
