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

  /** All keys of each connection up to its token generation. */
  async removeUpTo(connections: readonly { id: string; generation: number }[]): Promise<void> {
    await this.query(
      `delete from data_key using unnest($1::uuid[], $2::int[]) as ended (connection_id, generation)
        where data_key.connection_id = ended.connection_id and data_key.generation <= ended.generation`,
      [connections.map(({ id }) => id), connections.map(({ generation }) => generation)],
    );
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

  /** Keys that another key than this one wraps, in the order of their ids, after one. */
  async notWrappedWith(wrappingKeyId: string, after: string | undefined, limit: number): Promise<StoredKey[]> {
    return this.query<StoredKey>(
      `select id as "dataKeyId", connection_id as "connectionId", generation,
              wrapping_key_id as "wrappingKeyId", wrapped
         from data_key where wrapping_key_id <> $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [wrappingKeyId, after ?? null, limit],
    );
  }

  /** Puts each renewed key in the place of what it was made from, unless that is another one by now. Answers how many. */
  async replace(from: readonly StoredKey[], renewed: readonly StoredKey[]): Promise<number> {
    const before = new Map(from.map((key) => [key.dataKeyId, key.wrapped]));
    const changed = await this.query<{ count: number }>(
      `with changed as (
         update data_key set wrapping_key_id = new.wrapping_key_id, wrapped = new.wrapped
           from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as new (id, wrapping_key_id, wrapped, before)
          where data_key.id = new.id and data_key.wrapped = new.before
         returning data_key.id)
       select count(*)::int as count from changed`,
      [
        renewed.map(({ dataKeyId }) => dataKeyId),
        renewed.map(({ wrappingKeyId }) => wrappingKeyId),
        renewed.map(({ wrapped }) => wrapped),
        renewed.map(({ dataKeyId }) => before.get(dataKeyId) ?? ''),
      ],
    );
    return changed[0]?.count ?? 0;
  }

  /** How many keys each wrapping key holds. */
  async countByWrappingKey(): Promise<Map<string, number>> {
    const counted = await this.query<{ id: string; count: number }>(
      'select wrapping_key_id as id, count(*)::int as count from data_key group by wrapping_key_id',
      [],
    );
    return new Map(counted.map(({ id, count }) => [id, count]));
  }

  private async query<T = unknown>(sql: string, values: unknown[]): Promise<T[]> {
    try {
      return await rows<T>(this.dataSource, sql, values);
    } catch (error) {
      throw new KeyStoreUnavailable('The key store does not answer.', { cause: error });
    }
  }
}
