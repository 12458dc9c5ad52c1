import { append } from '@bliro/event-log';
import type { DataSource } from 'typeorm';
import type { Connection } from '../connection/connection.entity.js';
import { type TokenUse, vaultEvent } from '../vault/vault-event.js';

export interface Issue {
  connection: Connection;
  use: TokenUse;
}

const REMEMBERED = 20_000;

/**
 * States each access token before it is handed out. Permission to go on under the same decisions is asked for many times a
 * second: that is stated once a process, until the connection is another one.
 */
export class IssueLog {
  readonly #stated = new Set<string>();

  constructor(private readonly work: DataSource) {}

  async state(issues: readonly Issue[]): Promise<void> {
    const fresh = issues.filter((issue) => !this.#stated.has(keyOf(issue)));
    if (fresh.length === 0) return;
    await append(
      this.work.manager,
      fresh.map(({ connection, use }) => vaultEvent('token.issued', connection, use)),
    );
    await this.work.query(
      `update connection set last_used_at = clock_timestamp()
        where id = any($1) and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')`,
      [fresh.map(({ connection }) => connection.id)],
    );
    if (this.#stated.size > REMEMBERED) this.#stated.clear();
    for (const issue of fresh) this.#stated.add(keyOf(issue));
  }
}

const keyOf = ({ connection: { id, version }, use: { why, by, decisions = [] } }: Issue): string =>
  JSON.stringify([id, version, why, by, decisions]);
