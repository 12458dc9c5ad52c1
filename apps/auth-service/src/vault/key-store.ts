import { rows } from '@bliro/database';
import type { DataSource } from 'typeorm';
import type { DataKeyPlace, WrappedKey } from './key-ring.js';

export interface StoredKey extends WrappedKey, DataKeyPlace {}

/** The key store can't be reached: nothing is known of any key. */
export class KeyStoreUnavailable extends Error {
  override readonly name = 'KeyStoreUnavailable';
}

/** Wrapped data keys, in a database of their own. Rejects with `KeyStoreUnavailable` only. */
export class KeyStore {
  constructor(private readonly dataSource: DataSource) {}

  async put(key: StoredKey): Promise<void> {
    await this.query(
      `insert into data_key (id, connection_id, generation, wrapping_key_id, wrapped) values ($1, $2, $3, $4, $5)`,
      [key.dataKeyId, key.connectionId, key.generation, key.wrappingKeyId, key.wrapped],
    );
  }

  async get(dataKeyId: string): Promise<StoredKey | undefined> {
    const [stored] = await this.query<StoredKey>(
      `select id as "dataKeyId", connection_id as "connectionId", generation,
              wrapping_key_id as "wrappingKeyId", wrapped
         from data_key where id = $1`,
      [dataKeyId],
    );
    return stored;
  }

  /** Whether the key is gone for certain. */
  async lacks(dataKeyId: string): Promise<boolean> {
    return (await this.query(`select from data_key where id = $1`, [dataKeyId])).length === 0;
  }

  async remove(dataKeyIds: readonly string[]): Promise<void> {
    await this.query(`delete from data_key where id = any($1)`, [dataKeyIds]);
  }

  /** All keys of a connection up to this token generation. */
  async removeUpTo(connectionId: string, generation: number): Promise<void> {
    await this.query(`delete from data_key where connection_id = $1 and generation <= $2`, [connectionId, generation]);
  }

  /** Ids of keys older than `seconds`, in their order, after one. */
  async olderThan(seconds: number, after: string | undefined, limit: number): Promise<string[]> {
    const old = await this.query<{ id: string }>(
      `select id from data_key
        where created_at < clock_timestamp() - make_interval(secs => $1) and ($2::uuid is null or id > $2)
        order by id limit $3`,
      [seconds, after ?? null, limit],
    );
    return old.map(({ id }) => id);
  }

  private async query<T = unknown>(sql: string, values: unknown[]): Promise<T[]> {
    try {
      return await rows<T>(this.dataSource, sql, values);
    } catch (error) {
      throw new KeyStoreUnavailable('The key store does not answer.', { cause: error });
    }
  }
}
