import { escapeIdentifier } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { DatabaseMistake } from './errors.js';

/** The only way in which request handlers reach rows: one transaction that sees one organization. */
export class OrganizationDatabase {
  constructor(private readonly dataSource: DataSource) {}

  async run<T>(organization: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (organization === '') throw new DatabaseMistake('An organization is needed to read its rows.');
    return this.dataSource.transaction(async (manager) => {
      await manager.query("select set_config('app.organization', $1, true)", [organization]);
      return work(manager);
    });
  }
}

/**
 * Statements for a migration: rows of `table` (which has a text column `organization`) are seen and written by `http`
 * for one organization at a time, by each of `work` for all. The table's owner sees none: a migration that moves data
 * lifts FORCE for its own transaction.
 */
export function organizationPolicySql(
  schema: string,
  table: string,
  roles: { http: string; work: string[] },
): string[] {
  const target = `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
  // After a transaction the setting reads as '' on that connection, not as null.
  const own = "organization = nullif(current_setting('app.organization', true), '')";
  const statements = [
    `ALTER TABLE ${target} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${target} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY one_organization ON ${target} TO ${escapeIdentifier(roles.http)} USING (${own}) WITH CHECK (${own})`,
  ];
  if (roles.work.length > 0) {
    const work = roles.work.map((role) => escapeIdentifier(role)).join(', ');
    statements.push(`CREATE POLICY all_organizations ON ${target} TO ${work} USING (true) WITH CHECK (true)`);
  }
  return statements;
}
