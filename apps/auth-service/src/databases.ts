import { dataSourceOptions, OrganizationDatabase } from '@bliro/database';
import type { Logger } from '@bliro/observe';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { Connection } from './connection/connection.entity.js';
import { ConsentAttempt } from './consent/consent-attempt.entity.js';

/** For what serves no single organization's request: tokens, callbacks, events, upkeep. */
export class WorkDatabase {
  constructor(readonly dataSource: DataSource) {}
}

export interface DatabaseUrls {
  DATABASE_URL: string;
  DATABASE_WORK_URL: string;
  KEYSTORE_URL: string;
}

const RETRY_MS = 1000;

/** The service's three pools of connections, one for each role. */
export class Databases {
  readonly http: DataSource;
  readonly work: DataSource;
  readonly keyStore: DataSource;
  #closed = false;

  constructor(urls: DatabaseUrls) {
    const entities = [Connection, ConsentAttempt];
    this.http = new DataSource(dataSourceOptions({ url: urls.DATABASE_URL, schema: 'auth', entities }));
    this.work = new DataSource(dataSourceOptions({ url: urls.DATABASE_WORK_URL, schema: 'auth', entities }));
    this.keyStore = new DataSource(dataSourceOptions({ url: urls.KEYSTORE_URL, schema: 'keystore' }));
  }

  get organizations(): OrganizationDatabase {
    return new OrganizationDatabase(this.http);
  }

  /**
   * Resolves when the service's own database answered once; asks until then, unless it was closed. The key store is connected
   * beside it: without it there are no tokens, but the rest goes on.
   */
  async connect(logger: Logger): Promise<void> {
    void this.connectOne('key store', this.keyStore, logger);
    await Promise.all([this.connectOne('http', this.http, logger), this.connectOne('work', this.work, logger)]);
  }

  /** Rejects where the service's own database does not answer. */
  async ready(): Promise<void> {
    if (!this.http.isInitialized || !this.work.isInitialized) throw new Error('the database is not connected yet');
    await Promise.all([this.http.query('select 1'), this.work.query('select 1')]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const open = [this.http, this.work, this.keyStore].filter((dataSource) => dataSource.isInitialized);
    await Promise.all(open.map((dataSource) => dataSource.destroy()));
  }

  private async connectOne(database: string, dataSource: DataSource, logger: Logger): Promise<void> {
    while (!this.#closed) {
      try {
        await dataSource.initialize();
        return;
      } catch (error) {
        logger.warn({ err: error, database }, 'a database does not answer yet');
        await pause(RETRY_MS);
      }
    }
  }
}
