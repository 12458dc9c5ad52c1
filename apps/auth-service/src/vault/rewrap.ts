import { CiphertextRefused, type KeyRing } from './key-ring.js';
import type { KeyStore, StoredKey } from './key-store.js';

export interface Progress {
  done: number;
  /** Keys that don't unwrap where they stand: somebody changed them. They are left as they are. */
  refused: string[];
}

const BATCH = 200;
const AT_ONCE = 16;

/**
 * Wraps every data key anew with the active key, batch by batch, while the keys are in use. What it has done stands in the
 * key store itself: interrupted, it goes on where it was. A key that is replaced meanwhile is left alone.
 */
export async function rewrapAll(
  store: KeyStore,
  ring: KeyRing,
  report: (progress: Progress) => void,
  signal?: AbortSignal,
): Promise<Progress> {
  const progress: Progress = { done: 0, refused: [] };
  let after: string | undefined;
  while (signal?.aborted !== true) {
    const page = await store.notWrappedWith(await ring.active(), after, BATCH);
    after = page.at(-1)?.dataKeyId;
    if (after === undefined) break;
    const renewed: StoredKey[] = [];
    for (let index = 0; index < page.length; index += AT_ONCE) {
      const some = page.slice(index, index + AT_ONCE);
      const results = await Promise.all(some.map((key) => rewrap(ring, key, progress)));
      renewed.push(...results.flatMap((key) => key ?? []));
    }
    progress.done += await store.replace(page, renewed);
    report(progress);
  }
  return progress;
}

async function rewrap(ring: KeyRing, key: StoredKey, progress: Progress): Promise<StoredKey | undefined> {
  const { dataKeyId, connectionId, generation } = key;
  const place = { dataKeyId, connectionId, generation };
  try {
    const dataKey = await ring.unwrap(key, place);
    const wrapped = await ring.wrap(dataKey, place);
    dataKey.fill(0);
    return { ...place, ...wrapped };
  } catch (error) {
    if (!(error instanceof CiphertextRefused)) throw error;
    progress.refused.push(dataKeyId);
    return undefined;
  }
}
