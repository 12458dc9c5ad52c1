import { joinAsHolder, Lanes, type Holder } from '@bliro/ledger';
import type { Logger } from '@bliro/observe';
import type { WorkDatabase } from '../database.js';

/** This process's place among the workers: while its lock in Postgres is held, the lanes that it leases are its own. */
export class Membership {
  #holder: Holder | undefined;
  #lanes: Lanes | undefined;
  #joining: Promise<void> | undefined;
  #left = false;

  constructor(
    private readonly database: WorkDatabase,
    private readonly directUrl: string,
    private readonly logger: Logger,
  ) {}

  get alive(): boolean {
    return this.#holder?.alive() ?? false;
  }

  /** The ledger's verbs under the lock that is held now; undefined where none is. */
  get lanes(): Lanes | undefined {
    return this.alive ? this.#lanes : undefined;
  }

  /** Joins, also again after the connection was lost. Throws what kept it from that. */
  join(): Promise<void> {
    if (this.alive || this.#left) return Promise.resolve();
    this.#joining ??= this.#joinAgain().finally(() => (this.#joining = undefined));
    return this.#joining;
  }

  async #joinAgain(): Promise<void> {
    await this.#holder?.close().catch(() => undefined);
    const holder = await joinAsHolder(this.directUrl);
    if (this.#left) return holder.close();
    this.#holder = holder;
    this.#lanes = new Lanes(this.database, holder.holder);
    this.logger.info({ holder: holder.holder }, 'joined the workers');
  }

  async leave(): Promise<void> {
    this.#left = true;
    await this.#joining?.catch(() => undefined);
    await this.#holder?.close().catch(() => undefined);
  }
}
