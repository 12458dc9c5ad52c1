import { createHash } from 'node:crypto';
import type { MigrationClass } from '@bliro/database';
import type { QueryRunner } from 'typeorm';

/** Short hash of what the migrations would do, so that a changed statement in a function they call counts as well. */
export async function migrationFingerprint(...sets: MigrationClass[][]): Promise<string> {
  const hash = createHash('sha256');
  for (const migration of sets.flat()) hash.update(`\n${migration.name}\n${await rehearse(migration)}`);
  return hash.digest('hex').slice(0, 12);
}

async function rehearse(migration: MigrationClass): Promise<string> {
  const calls: unknown[] = [];
  const recorder = new Proxy({} as QueryRunner, {
    get: (_target, method) => {
      return (...args: unknown[]) => {
        calls.push([String(method), args]);
        return Promise.resolve([]);
      };
    },
  });
  try {
    await new migration().up(recorder);
  } catch {
    // It wanted a real answer from the database: its source has to do.
    calls.push(migration.toString());
  }
  return JSON.stringify(calls);
}
