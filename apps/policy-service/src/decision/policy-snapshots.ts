import { Injectable } from '@nestjs/common';
import { permissions } from '@bliro/contract/policy';
import { z } from 'zod';
import { WorkDatabase } from '../database.js';
import { inBatches } from './in-batches.js';
import type { TableShape } from '../shape/shape.js';
import { OrganizationPolicy } from './policy.js';

/** How old the confirmation of a snapshot may be when a question arrives. */
export const confirmedWithinMs = 300;
const mostOrganizations = 2_000;

/** Revision and policy come from one statement, so from one moment. The policy is sent where the revision is not the known one. */
const confirmSql = `
  select asked.organization, coalesce(current.revision, 0)::text as revision,
    case when coalesce(current.revision, 0) is distinct from asked.known then jsonb_build_object(
      'tools', coalesce((select jsonb_agg(jsonb_build_object('key', key, 'permission', permission, 'description', description,
          'fields', fields)) from tool where tool.organization = asked.organization), '[]'),
      'shapes', coalesce((select jsonb_agg(shape order by name) from custom_table
          where custom_table.organization = asked.organization and present), '[]'),
      'pauses', coalesce((select jsonb_agg(jsonb_build_object('scope', scope, 'id', id)) from pause
          where pause.organization = asked.organization), '[]')) end as policy
  from unnest($1::text[], $2::bigint[]) as asked(organization, known)
  left join revision as current on current.organization = asked.organization`;

/** Shapes are as `TableShape`: nothing but this service writes them, by that type. */
const policyParts = z.object({
  tools: z.array(
    z.object({
      key: z.string(),
      permission: z.enum(permissions),
      description: z.string().nullable(),
      fields: z.array(z.string()).nullable(),
    }),
  ),
  shapes: z.array(z.custom<TableShape>((shape) => typeof shape === 'object' && shape !== null)),
  pauses: z.array(z.object({ scope: z.string(), id: z.string() })),
});
const confirmedRows = z.array(
  z.object({ organization: z.string(), revision: z.coerce.number().int(), policy: policyParts.nullable() }),
);

interface Snapshot {
  policy: OrganizationPolicy;
  /** Monotonic milliseconds, from before the database was asked. */
  confirmedAt: number;
}

/** The policies of organizations, in memory, each confirmed against the database before it is used. */
@Injectable()
export class PolicySnapshots {
  /** Least recently used first. */
  private readonly snapshots = new Map<string, Snapshot>();
  /** Monotonic milliseconds: what was confirmed before doesn't count. */
  private notBefore = -Infinity;
  private readonly confirm = inBatches<string, OrganizationPolicy>((items) => this.ask(items), 500);

  constructor(private readonly database: WorkDatabase) {}

  /**
   * The policy as the database had it at most `confirmedWithinMs` before `arrived` (performance.now()), or later. Rejects when the
   * database can't say; there is no answer from a snapshot that could not be confirmed.
   */
  async confirmed(organization: string, arrived: number): Promise<OrganizationPolicy> {
    const known = this.snapshots.get(organization);
    const oldest = Math.max(arrived - confirmedWithinMs, this.notBefore);
    if (known !== undefined && known.confirmedAt >= oldest) return known.policy;
    return this.confirm(organization);
  }

  /** This process has changed a policy. */
  changed(): void {
    this.notBefore = performance.now();
  }

  /** The policy as it is now, for a person who may just have changed it. */
  async current(organization: string): Promise<OrganizationPolicy> {
    return this.confirm(organization);
  }

  private async ask(items: string[]): Promise<OrganizationPolicy[]> {
    const confirmedAt = performance.now();
    const organizations = [...new Set(items)];
    const policies = new Map(organizations.map((name) => [name, this.snapshots.get(name)?.policy]));
    const known = organizations.map((name) => policies.get(name)?.revision ?? null);
    const rows = confirmedRows.parse(await this.database.query(confirmSql, [organizations, known]));
    for (const { organization, revision, policy: parts } of rows) {
      const policy = parts === null ? policies.get(organization) : new OrganizationPolicy(revision, parts);
      if (policy === undefined) continue;
      policies.set(organization, policy);
      this.keep(organization, { policy, confirmedAt });
    }
    return items.map((name) => policies.get(name) ?? unconfirmed());
  }

  private keep(organization: string, snapshot: Snapshot): void {
    this.snapshots.delete(organization);
    this.snapshots.set(organization, snapshot);
    const [oldest] = this.snapshots.keys();
    if (this.snapshots.size > mostOrganizations && oldest !== undefined) this.snapshots.delete(oldest);
  }
}

function unconfirmed(): never {
  throw new Error('The database did not answer for an organization.');
}
