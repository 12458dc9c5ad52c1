import type { DataSource, EntityManager } from 'typeorm';

type Runner = Pick<DataSource | EntityManager, 'query'>;

/** Rows of a statement; TypeORM answers UPDATE and DELETE as `[rows, count]`. */
export async function rows<T>(runner: Runner, sql: string, values: readonly unknown[] = []): Promise<T[]> {
  const answer: unknown = await runner.query(sql, [...values]);
  const [first] = answer as [unknown];
  return (Array.isArray(first) ? first : answer) as T[];
}

export async function firstRow<T>(
  runner: Runner,
  sql: string,
  values: readonly unknown[] = [],
): Promise<T | undefined> {
  return (await rows<T>(runner, sql, values))[0];
}

/** For a statement that always answers with a row. */
export async function oneRow<T>(runner: Runner, sql: string, values: readonly unknown[] = []): Promise<T> {
  const row = await firstRow<T>(runner, sql, values);
  if (row === undefined) throw new TypeError('The statement answered with no row.');
  return row;
}
