import type { OrganizationDatabase } from '@bliro/database';
import { append } from '@bliro/event-log';
import { type Caller, Problem } from '@bliro/http';
import type { EntityManager } from 'typeorm';
import { Organization } from '../connection/organization.entity.js';
import { lockOrganization } from '../connection/organization.js';
import { FoundEnvironment } from './found-environment.entity.js';
import { placeAll } from './place-all.js';

export interface OrganizationEnvironment {
  id: string;
  name: string;
  url: string;
  type: string;
  /** How many users of the organization can reach it. */
  users: number;
}

export interface Pin {
  environmentId: string;
  name?: string;
  pinnedBy?: string;
  pinnedAt?: Date;
}

type Administrator = Pick<Caller, 'organization' | 'userId'>;

const BY_ENVIRONMENT = `
  select environment_id as id, max(name) as name, max(url) as url, max(type) as type, count(*)::int as users
    from found_environment group by environment_id order by max(name), environment_id`;

/** The environment that an administrator fixes for everybody, among those that users of the organization have found. */
export class Pins {
  constructor(private readonly database: OrganizationDatabase) {}

  found({ organization }: Administrator): Promise<OrganizationEnvironment[]> {
    return this.database.run(organization, (manager) => manager.query<OrganizationEnvironment[]>(BY_ENVIRONMENT));
  }

  async get({ organization }: Administrator): Promise<Pin> {
    return this.database.run(organization, async (manager) => {
      const row = await manager.findOneBy(Organization, { organization });
      const environmentId = row?.pinnedEnvironmentId ?? null;
      if (row === null || environmentId === null) throw new Problem('not_found', { detail: 'Nothing is pinned.' });
      return pinOf(manager, row, environmentId);
    });
  }

  /** In force for every connection when it resolves, for later ones too. Pinning the same one again changes nothing. */
  async set(administrator: Administrator, environmentId: string): Promise<Pin> {
    const { organization } = administrator;
    return this.database.run(organization, async (manager) => {
      const row = await lockOrganization(manager, organization, 'update');
      if (row.pinnedEnvironmentId !== environmentId) {
        const found = await manager.existsBy(FoundEnvironment, { organization, environmentId });
        if (!found)
          throw new Problem('environment_unknown', { detail: 'No user of the organization has found it yet.' });
        await change(manager, row, administrator, environmentId);
      }
      return pinOf(manager, row, environmentId);
    });
  }

  /** Each user's own choice is in force again when it resolves. */
  async remove(administrator: Administrator): Promise<void> {
    const { organization } = administrator;
    await this.database.run(organization, async (manager) => {
      const row = await lockOrganization(manager, organization, 'update');
      if (row.pinnedEnvironmentId !== null) await change(manager, row, administrator, null);
    });
  }
}

async function change(
  manager: EntityManager,
  row: Organization,
  { organization, userId }: Administrator,
  environmentId: string | null,
): Promise<void> {
  const before = row.pinnedEnvironmentId;
  Object.assign(row, {
    pinnedEnvironmentId: environmentId,
    pinnedBy: environmentId === null ? null : userId,
    pinnedAt: environmentId === null ? null : new Date(),
    revision: row.revision + 1,
  });
  await manager.save(row);
  await placeAll(manager, organization, environmentId);
  const data = { by: userId, before, after: environmentId };
  await append(manager, [
    { organization, type: 'pin.changed', subject: organization, subjectVersion: row.revision, data },
  ]);
}

async function pinOf(manager: EntityManager, row: Organization, environmentId: string): Promise<Pin> {
  const found = await manager.findOneBy(FoundEnvironment, { organization: row.organization, environmentId });
  return {
    environmentId,
    ...(found === null ? {} : { name: found.name }),
    ...(row.pinnedBy === null ? {} : { pinnedBy: row.pinnedBy }),
    ...(row.pinnedAt === null ? {} : { pinnedAt: row.pinnedAt }),
  };
}
