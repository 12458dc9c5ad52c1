import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import { Problem, type Caller } from '@bliro/http';
import { predefinedTools, type ToolDefinition } from './tool.js';
import { ToolRow } from './tool.entity.js';
import { lastUses } from './tool-use.js';
import { viewOf } from './tool-view.js';
import type { ToolView } from './tool.schema.js';

/** Reads the tools of the caller's organization. To everybody but administrators a denied tool is one that doesn't exist. */
@Injectable()
export class Tools {
  constructor(private readonly database: OrganizationDatabase) {}

  async list(caller: Caller): Promise<ToolView[]> {
    return this.read(caller, [...predefinedTools.values()]);
  }

  /** @throws Problem not_found */
  async get(caller: Caller, key: string): Promise<ToolView> {
    const [view] = await this.read(caller, [definitionOf(key)]);
    if (view === undefined) throw new Problem('not_found');
    return view;
  }

  /** Those of the tools that the caller may see; to administrators with the time of their last use by anybody. */
  private async read({ organization, roles }: Caller, tools: readonly ToolDefinition[]): Promise<ToolView[]> {
    const isAdmin = roles.includes('admin');
    const keys = tools.map(({ key }) => key);
    return this.database.run(organization, async (manager) => {
      const rows = await manager.findBy(ToolRow, { organization });
      const byKey = new Map(rows.map((row) => [row.key, row]));
      const views = tools.map((tool) => viewOf(tool, byKey.get(tool.key)));
      if (!isAdmin) return views.filter(({ permission }) => permission !== 'deny');
      const uses = await lastUses(manager, organization, keys);
      return views.map((view) => {
        const used = uses.get(view.key);
        return used === undefined ? view : { ...view, lastUsedAt: used.toISOString() };
      });
    });
  }
}

/** @throws Problem not_found */
export function definitionOf(key: string): ToolDefinition {
  const tool = predefinedTools.get(key);
  if (tool === undefined) throw new Problem('not_found');
  return tool;
}
