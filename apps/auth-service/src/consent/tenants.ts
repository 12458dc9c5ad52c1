import type { OrganizationDatabase } from '@bliro/database';
import { append } from '@bliro/event-log';
import type { Caller } from '@bliro/http';
import type { EntityManager } from 'typeorm';
import { Organization } from '../connection/organization.entity.js';
import { lockOrganization } from '../connection/organization.js';

/** The Entra tenants whose accounts may connect; none named: any work account. */
export class Tenants {
  constructor(private readonly database: OrganizationDatabase) {}

  get({ organization }: Pick<Caller, 'organization'>): Promise<string[]> {
    return this.database.run(organization, (manager) => allowedTenants(manager, organization));
  }

  async set({ organization, userId }: Pick<Caller, 'organization' | 'userId'>, wanted: string[]): Promise<string[]> {
    const tenants = [...new Set(wanted.map((tenant) => tenant.toLowerCase()))].sort();
    await this.database.run(organization, async (manager) => {
      const row = await lockOrganization(manager, organization, 'update');
      const before = row.tenants;
      if (before.length === tenants.length && before.every((tenant) => tenants.includes(tenant))) return;
      await manager.save(Object.assign(row, { tenants, revision: row.revision + 1 }));
      const data = { by: userId, before, after: tenants };
      await append(manager, [
        { organization, type: 'tenants.changed', subject: organization, subjectVersion: row.revision, data },
      ]);
    });
    return tenants;
  }
}

export async function allowedTenants(manager: EntityManager, organization: string): Promise<string[]> {
  return (await manager.findOneBy(Organization, { organization }))?.tenants ?? [];
}
