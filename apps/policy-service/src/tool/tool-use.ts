import type { EntityManager } from 'typeorm';

const lastUseSql = `
  select asked.key, last.at
  from unnest($2::text[]) as asked(key)
  cross join lateral (
    select at from decision
    where organization = $1 and tool = asked.key and effect = 'allow' and purpose <> 'question'
    order by position desc limit 1) as last`;

/** When each of these tools was last allowed to somebody of the organization; without an entry for one that never was. */
export async function lastUses(
  manager: EntityManager,
  organization: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const rows = await manager.query<{ key: string; at: Date }[]>(lastUseSql, [organization, keys]);
  return new Map(rows.map(({ key, at }) => [key, at]));
}
