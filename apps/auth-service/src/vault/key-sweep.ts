import type { DataSource } from 'typeorm';
import type { KeyStore } from './key-store.js';

/** Older than any operation that has stored its key and not yet its row. */
const AGE_SECONDS = 600;
const PAGE = 500;

/** Deletes data keys that no row names: what a crash or an unreachable key store left behind. Answers how many. */
export async function sweepKeys(store: KeyStore, work: DataSource): Promise<number> {
  let swept = 0;
  let after: string | undefined;
  for (;;) {
    const page = await store.olderThan(AGE_SECONDS, after, PAGE);
    after = page.at(-1);
    if (after === undefined) return swept;
    const orphans = await unnamed(work, page);
    if (orphans.length > 0) await store.remove(orphans);
    swept += orphans.length;
  }
}

async function unnamed(work: DataSource, keys: string[]): Promise<string[]> {
  const rows = await work.query<{ id: string }[]>(
    `select data_key_id as id from connection where data_key_id = any($1)`,
    [keys],
  );
  const named = new Set(rows.map((row) => row.id));
  return keys.filter((id) => !named.has(id));
}
