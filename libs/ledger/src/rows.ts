import type { EntityManager } from 'typeorm';

/** Rows of a statement; TypeORM answers UPDATE and DELETE as `[rows, count]`. */
export async function rows<T>(manager: EntityManager, sql: string, values: readonly unknown[]): Promise<T[]> {
  const answer: unknown = await manager.query(sql, [...values]);
  const [first] = answer as [unknown];
  return (Array.isArray(first) ? first : answer) as T[];
}

export async function firstRow<T>(
  manager: EntityManager,
  sql: string,
  values: readonly unknown[],
): Promise<T | undefined> {
  return (await rows<T>(manager, sql, values))[0];
}
