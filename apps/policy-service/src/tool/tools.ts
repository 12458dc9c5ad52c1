import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import { Problem, type Caller } from '@bliro/http';
import { predefinedTools, type ToolDefinition } from './tool.js';
import { ToolRow } from './tool.entity.js';
import { viewOf } from './tool-view.js';
import type { ToolView } from './tool.schema.js';

/** Reads the tools of the caller's organization. To everybody but administrators a denied tool is one that doesn't exist. */
@Injectable()
export class Tools {
  constructor(private readonly database: OrganizationDatabase) {}

  async list(caller: Caller): Promise<ToolView[]> {
    const { organization } = caller;
    const rows = await this.database.run(organization, (manager) => manager.findBy(ToolRow, { organization }));
    const byKey = new Map(rows.map((row) => [row.key, row]));
    const views = [...predefinedTools.values()].map((tool) => viewOf(tool, byKey.get(tool.key)));
    return views.filter((view) => mayBeSeen(view, caller));
  }

  /** @throws Problem not_found */
  async get(caller: Caller, key: string): Promise<ToolView> {
    const tool = definitionOf(key);
    const { organization } = caller;
    const row = await this.database.run(organization, (manager) => manager.findOneBy(ToolRow, { organization, key }));
    const view = viewOf(tool, row ?? undefined);
    if (!mayBeSeen(view, caller)) throw new Problem('not_found');
    return view;
  }
}

/** @throws Problem not_found */
export function definitionOf(key: string): ToolDefinition {
  const tool = predefinedTools.get(key);
  if (tool === undefined) throw new Problem('not_found');
  return tool;
}

function mayBeSeen({ permission }: ToolView, { roles }: Caller): boolean {
  return permission !== 'deny' || roles.includes('admin');
}
