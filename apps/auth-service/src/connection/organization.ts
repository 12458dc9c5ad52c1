import type { EntityManager } from 'typeorm';
import { Organization } from './organization.entity.js';

/**
 * The organization's row, made if there is none, and locked: `share` for whoever changes one connection by it, `update` for
 * whoever changes what all of them go by. Always before a connection's lock, so that the two wait for each other in one order.
 */
export async function lockOrganization(
  manager: EntityManager,
  organization: string,
  lock: 'share' | 'update',
): Promise<Organization> {
  await manager.query('insert into organization (organization) values ($1) on conflict do nothing', [organization]);
  const mode = lock === 'share' ? 'pessimistic_read' : 'pessimistic_write';
  return manager.findOneOrFail(Organization, { where: { organization }, lock: { mode } });
}
