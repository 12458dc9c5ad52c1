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

/** For a statement that always answers with a row. */
export async function oneRow<T>(manager: EntityManager, sql: string, values: readonly unknown[]): Promise<T> {
  const row = await firstRow<T>(manager, sql, values);
  if (row === undefined) throw new TypeError('The statement answered with no row.');
  return row;
}
