import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { redisKeys } from '../system/redis.js';
import type { Installation, QueueAddress } from '../system/system.js';
import { tablesOf } from './copy-out.js';
import { foundIn, keysIn, type Needle } from './needles.js';

export interface Place {
  /** `table <database>.<schema>.<table>`, `queue <key>` or `file <path below RUN_DIR>`. */
  where: string;
  content: Buffer;
}

export interface Finding {
  where: string;
  what: string;
}

export interface Secrets {
  /** What may stand nowhere. */
  everywhere: readonly Needle[];
  /** What may stand in RUN_DIR/secrets alone. */
  outsideSecrets: readonly Needle[];
}

/** Looks through everything that an installation keeps: all tables of its databases, its queues, and all files of RUN_DIR. */
export async function leaksOf(installation: Installation, secrets: Secrets): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { where, content } of await placesOf(installation)) {
    const own = where.startsWith(`file secrets${sep}`);
    const found = [
      ...foundIn(content, secrets.everywhere),
      ...(own ? [] : [...foundIn(content, secrets.outsideSecrets), ...keysIn(content)]),
    ];
    findings.push(...found.map((what) => ({ where, what })));
  }
  return findings;
}

export async function placesOf(installation: Installation): Promise<Place[]> {
  const { adminUrl, database, backend, prefix, runDir } = installation;
  const places: Place[] = [];
  for (const name of [database, `${database}_keystore`]) {
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    for (const { table, content } of await tablesOf(url.href))
      places.push({ where: `table ${name}.${table}`, content });
  }
  if (backend.redis !== undefined) {
    for (const { key, content } of await redisKeys(backend.redis, prefix))
      places.push({ where: `queue ${key}`, content: Buffer.from(content, 'latin1') });
  }
  return [...places, ...filesOf(runDir)];
}

/** Those of the queues, wherever they live. */
export function queuePlaces(places: readonly Place[], queue: QueueAddress): Place[] {
  return places.filter(({ where }) => isOfQueue(where, queue));
}

export function isOfQueue(where: string, queue: QueueAddress): boolean {
  return where.startsWith('queue ') || ('schema' in queue && where.includes(`.${queue.schema}.`));
}

function filesOf(runDir: string): Place[] {
  const entries = readdirSync(runDir, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return [];
    return [{ where: `file ${relative(runDir, path)}`, content: readFileSync(path) }];
  });
}
