import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import { Problem, type Caller } from '@bliro/http';
import { cut } from '../paging.js';
import type { Difference } from './difference.js';
import type { HistoryQuery, ToolHistory } from './policy.schema.js';
import { readPolicy } from './state.js';

interface ChangeRow {
  id: string;
  revision: string;
  cause: string;
  comment: string | null;
  changes: Difference[];
  changed_at: Date;
  changed_by: string;
}

const historySql = `
  select id, revision, cause, comment, changes, changed_at, changed_by from change
  where organization = $1 and changes @> jsonb_build_array(jsonb_build_object('tool', $2::text)) and revision < $3
  order by revision desc limit $4`;

/** Who changed a tool, the latest first. */
@Injectable()
export class History {
  constructor(private readonly database: OrganizationDatabase) {}

  /** @throws Problem not_found for a tool that neither is there nor ever was */
  async ofTool({ organization }: Caller, key: string, { limit, cursor }: HistoryQuery): Promise<ToolHistory> {
    const [before = Number.MAX_SAFE_INTEGER] = cursor ?? [];
    return this.database.run(organization, async (manager) => {
      const rows = await manager.query<ChangeRow[]>(historySql, [organization, key, before, limit + 1]);
      if (rows.length === 0 && !(await readPolicy(manager, organization)).definitions.has(key)) {
        throw new Problem('not_found');
      }
      return cut(
        rows.flatMap((row) => entriesOf(row, key)),
        limit,
        ({ revision }) => [revision],
      );
    });
  }
}

function entriesOf(row: ChangeRow, key: string): ToolHistory['items'] {
  const change = row.changes.find((one) => 'tool' in one && one.tool === key);
  if (change === undefined || !('tool' in change)) return [];
  const copy = ({ permission, description, fields }: (typeof change)['before']) => {
    return { permission, description, fields: fields === null ? null : [...fields] };
  };
  return [
    {
      id: row.id,
      revision: Number(row.revision),
      at: row.changed_at.toISOString(),
      by: row.changed_by,
      cause: row.cause,
      ...(row.comment !== null && { comment: row.comment }),
      before: copy(change.before),
      after: copy(change.after),
    },
  ];
}
