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
