import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import { toolKey } from '@bliro/contract/policy';
import type { Caller } from '@bliro/http';
import { z } from 'zod';
import { cut, pageQuery } from '../paging.js';
import { words } from '../tool/tool.schema.js';

const kinds = ['change', 'decision'] as const;

const kindList = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(kinds)).max(kinds.length));

const place = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/), z.enum(kinds), z.int().min(0)]);

export const auditQuery = z.strictObject({
  kind: kindList.default([...kinds]),
  tool: toolKey.optional(),
  user: words(200).optional().meta({ description: 'Who changed something, or for whom it was decided' }),
  since: z.iso.datetime({ offset: true }).optional(),
  ...pageQuery(place),
});
export type AuditQuery = z.output<typeof auditQuery>;

const at = z.iso.datetime();
export const auditList = z
  .object({
    items: z.array(
      z.union([
        z.object({
          kind: z.literal('change'),
          id: z.uuid(),
          at,
          by: z.string(),
          revision: z.int(),
          cause: z.string(),
          comment: z.string().optional(),
          changes: z.array(z.looseObject({})).meta({ description: 'Each with before and after' }),
        }),
        z.object({
          kind: z.literal('decision'),
          id: z.uuid(),
          at,
          userId: z.string().optional(),
          tool: z.string().optional(),
          effect: z.string(),
          reason: z.string(),
          revision: z.int(),
          purpose: z.string(),
          jobId: z.uuid().optional(),
          actionId: z.uuid().optional(),
          meetingId: z.string().optional(),
          inputHash: z.string().optional().meta({ description: 'Salted: it says nothing about what was in the input' }),
          correlationId: z.string().optional(),
        }),
      ]),
    ),
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'Audit' });
export type AuditList = z.output<typeof auditList>;
type AuditItem = AuditList['items'][number];

/** Both kinds in one order, the latest first; each kind reads no more rows than a page has. */
const auditSql = `
  select kind, n::text as n, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, item from (
    (select 'change' as kind, revision as n, changed_at as at, jsonb_build_object('id', id, 'by', changed_by, 'revision', revision,
        'cause', cause, 'comment', comment, 'changes', changes) as item
       from change where organization = $1 and 'change' = any($2)
         and ($3::text is null or changes @> jsonb_build_array(jsonb_build_object('tool', $3::text))
           or changes @> jsonb_build_array(jsonb_build_object('pause', jsonb_build_object('scope', 'tool', 'id', $3::text))))
         and ($4::text is null or changed_by = $4) and ($5::timestamptz is null or changed_at >= $5)
         and ($6::timestamptz is null or (changed_at, 'change', revision) < ($6, $7::text, $8::bigint))
       order by changed_at desc, revision desc limit $9)
    union all
    (select 'decision', position, at, jsonb_build_object('id', id, 'userId', user_id, 'tool', tool, 'effect', effect, 'reason', reason,
        'revision', revision, 'purpose', purpose, 'jobId', job, 'actionId', action, 'meetingId', meeting, 'inputHash', input_hash,
        'correlationId', correlation_id)
       from decision where organization = $1 and 'decision' = any($2)
         and ($3::text is null or tool = $3) and ($4::text is null or user_id = $4) and ($5::timestamptz is null or at >= $5)
         and ($6::timestamptz is null or (at, 'decision', position) < ($6, $7::text, $8::bigint))
       order by at desc, position desc limit $9)
  ) as entry
  order by entry.at desc, kind desc, entry.n desc limit $9`;

interface Row {
  kind: (typeof kinds)[number];
  n: string;
  at: string;
  item: Record<string, unknown>;
}

/** Who changed what, and everything that was decided. What people wrote to Dynamics or read there is in neither. */
@Injectable()
export class Audit {
  constructor(private readonly database: OrganizationDatabase) {}

  async list({ organization }: Caller, { kind, tool, user, since, limit, cursor }: AuditQuery): Promise<AuditList> {
    const from = cursor ?? [null, null, null];
    const parameters = [organization, kind, tool ?? null, user ?? null, since ?? null, ...from, limit + 1];
    const rows = await this.database.run(organization, (manager) => manager.query<Row[]>(auditSql, parameters));
    const { items, ...more } = cut(rows, limit, ({ at, kind: of, n }) => [at, of, Number(n)]);
    return { items: items.map(itemOf), ...more };
  }
}

function itemOf({ kind, at: when, item }: Row): AuditItem {
  const present = Object.entries(item).filter(([, value]) => value !== null);
  return { kind, at: when, ...Object.fromEntries(present) } as AuditItem;
}
