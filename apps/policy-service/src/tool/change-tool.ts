import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import { Problem, type Caller, type InputError } from '@bliro/http';
import { changePolicy } from '../policy/change-policy.js';
import { readPolicy, type CurrentPolicy, type PolicyState } from '../policy/state.js';
import { refuseUnless } from './etag.js';
import type { ToolDefinition, ToolSettings } from './tool.js';
import type { ToolChange, ToolView } from './tool.schema.js';
import { viewOf } from './tool-view.js';

export interface ToolChangeRequest {
  key: string;
  ifMatch: string | undefined;
  change: ToolChange;
}

/** Changes one tool. */
@Injectable()
export class ChangeTool {
  constructor(private readonly database: OrganizationDatabase) {}

  /** @throws Problem not_found, invalid_body, precondition_required, precondition_failed */
  async change(caller: Caller, { key, ifMatch, change }: ToolChangeRequest): Promise<ToolView> {
    return this.database.run(caller.organization, async (manager) => {
      await changePolicy(manager, caller, {
        cause: 'edit',
        comment: change.comment,
        next: (current) => changed(current, key, { ifMatch, change }),
      });
      return viewIn(await readPolicy(manager, caller.organization), key);
    });
  }
}

function changed(
  current: CurrentPolicy,
  key: string,
  { ifMatch, change }: Omit<ToolChangeRequest, 'key'>,
): PolicyState {
  const view = viewIn(current, key);
  const tool = current.definitions.get(key);
  const errors = tool === undefined ? [] : impossibleFields(tool, change.fields, '/fields');
  if (errors.length > 0) throw new Problem('invalid_body', { errors });
  refuseUnless(ifMatch, view);
  const before = current.tools.get(key);
  const after = before && { ...before, ...settingsIn(change) };
  return { ...current, tools: new Map([...current.tools, ...(after === undefined ? [] : [[key, after] as const])]) };
}

/** @throws Problem not_found */
function viewIn({ definitions, rows }: CurrentPolicy, key: string): ToolView {
  const tool = definitions.get(key);
  if (tool === undefined) throw new Problem('not_found');
  return viewOf(tool, rows.get(key));
}

/** Columns that the tool can't have among its fields, each with its place in the input. */
export function impossibleFields(
  tool: ToolDefinition,
  fields: readonly string[] | null | undefined,
  at: string,
): InputError[] {
  return (fields ?? []).flatMap((name, index) =>
    tool.possibleFields.includes(name)
      ? []
      : [{ pointer: `${at}/${index}`, message: `${tool.title} can't take a column of this name` }],
  );
}

function settingsIn({ permission, description, fields }: ToolChange): Partial<ToolSettings> {
  return {
    ...(permission !== undefined && { permission }),
    ...(description !== undefined && { description }),
    ...(fields !== undefined && { fields }),
  };
}
