import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OrganizationDatabase } from '@bliro/database';
import { append } from '@bliro/event-log';
import { Problem, type Caller } from '@bliro/http';
import { correlationId } from '@bliro/observe';
import { etagOf, matches } from './etag.js';
import { unconfigured, type ToolDefinition, type ToolSettings } from './tool.js';
import { ToolRow } from './tool.entity.js';
import type { ToolChange, ToolView } from './tool.schema.js';
import { viewOf } from './tool-view.js';
import { definitionOf } from './tools.js';

/** The row's lock is held to the end of the transaction: changes of one organization come one after the other. */
const lockRevisionSql = `
  insert into revision as current (organization, revision) values ($1, 0)
  on conflict (organization) do update set revision = current.revision
  returning revision`;
const setRevisionSql = 'update revision set revision = $2 where organization = $1';

export interface ToolChangeRequest {
  key: string;
  ifMatch: string | undefined;
  change: ToolChange;
}

/** Changes one tool and states that as an event, in one transaction. A change that changes nothing makes no revision. */
@Injectable()
export class ChangeTool {
  constructor(private readonly database: OrganizationDatabase) {}

  /** @throws Problem not_found, invalid_body, precondition_required, precondition_failed */
  async change(caller: Caller, { key, ifMatch, change }: ToolChangeRequest): Promise<ToolView> {
    const tool = definitionOf(key);
    refuseImpossibleFields(tool, change);
    if (ifMatch === undefined) throw new Problem('precondition_required');
    return this.database.run(caller.organization, (manager) => changeIn(manager, caller, { tool, ifMatch, change }));
  }
}

async function changeIn(
  manager: EntityManager,
  caller: Caller,
  { tool, ifMatch, change }: { tool: ToolDefinition; ifMatch: string; change: ToolChange },
): Promise<ToolView> {
  const { organization, userId } = caller;
  const revision = (await lockRevision(manager, organization)) + 1;
  const row = await manager.findOneBy(ToolRow, { organization, key: tool.key });
  const view = viewOf(tool, row ?? undefined);
  if (!matches(ifMatch, etagOf(view))) throw new Problem('precondition_failed');

  const before = settingsOf(row ?? unconfigured(tool));
  const after = { ...before, ...settingsIn(change) };
  if (etagOf(before) === etagOf(after)) return view;
  const fields = after.fields === null ? null : [...after.fields];
  const changed = { organization, key: tool.key, ...after, fields, revision, changedAt: new Date(), changedBy: userId };
  await manager.query(setRevisionSql, [organization, revision]);
  await manager.upsert(ToolRow, changed, ['organization', 'key']);
  await append(manager, [toolChanged(changed, { before, after, comment: change.comment })]);
  return viewOf(tool, changed);
}

function refuseImpossibleFields(tool: ToolDefinition, { fields }: ToolChange): void {
  const errors = (fields ?? []).flatMap((name, index) =>
    tool.possibleFields.includes(name)
      ? []
      : [{ pointer: `/fields/${index}`, message: `${tool.title} can't take a column of this name` }],
  );
  if (errors.length > 0) throw new Problem('invalid_body', { errors });
}

async function lockRevision(manager: EntityManager, organization: string): Promise<number> {
  const [row] = await manager.query<{ revision: string }[]>(lockRevisionSql, [organization]);
  if (row === undefined) throw new Error('The revision of the organization could not be locked.');
  return Number(row.revision);
}

function settingsOf({ permission, description, fields }: ToolSettings): ToolSettings {
  return { permission, description, fields };
}

function settingsIn({ permission, description, fields }: ToolChange): Partial<ToolSettings> {
  return {
    ...(permission !== undefined && { permission }),
    ...(description !== undefined && { description }),
    ...(fields !== undefined && { fields }),
  };
}

function toolChanged(
  row: ToolRow,
  { before, after, comment }: { before: ToolSettings; after: ToolSettings; comment: string | undefined },
) {
  const correlation = correlationId();
  return {
    organization: row.organization,
    type: 'tool.changed',
    subject: row.key,
    subjectVersion: row.revision,
    ...(correlation !== undefined && { correlationId: correlation }),
    data: {
      by: row.changedBy,
      at: row.changedAt.toISOString(),
      before,
      after,
      ...(comment !== undefined && { comment }),
    },
  };
}
