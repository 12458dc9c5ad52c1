import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import { Problem, type Caller } from '@bliro/http';
import { pageByName } from '../paging.js';
import { readPolicy } from '../policy/state.js';
import { lastUses } from './tool-use.js';
import { viewOf } from './tool-view.js';
import type { ToolList, ToolQuery, ToolView } from './tool.schema.js';

/** Reads the tools of the caller's organization. To everybody but administrators a denied tool is one that doesn't exist. */
@Injectable()
export class Tools {
  constructor(private readonly database: OrganizationDatabase) {}

  async list(caller: Caller, query: ToolQuery): Promise<ToolList> {
    const { table, operation, permission, origin } = query;
    const wanted = Object.entries({ table, operation, permission, origin }).filter(([, value]) => value !== undefined);
    const fits = (view: ToolView): boolean => wanted.every(([name, value]) => view[name as keyof ToolView] === value);
    return pageByName(await this.read(caller, fits), ({ key }) => key, query);
  }

  /** @throws Problem not_found */
  async get(caller: Caller, key: string): Promise<ToolView> {
    const [view] = await this.read(caller, (one) => one.key === key);
    if (view === undefined) throw new Problem('not_found');
    return view;
  }

  /** Those of the tools that the caller may see; to administrators with the time of their last use by anybody. */
  private async read({ organization, roles }: Caller, fits: (view: ToolView) => boolean): Promise<ToolView[]> {
    return this.database.run(organization, async (manager) => {
      const { definitions, rows } = await readPolicy(manager, organization);
      const views = [...definitions.values()].map((tool) => viewOf(tool, rows.get(tool.key))).filter(fits);
      if (!roles.includes('admin')) return views.filter(({ permission }) => permission !== 'deny');
      const uses = await lastUses(
        manager,
        organization,
        views.map(({ key }) => key),
      );
      return views.map((view) => {
        const used = uses.get(view.key);
        return used === undefined ? view : { ...view, lastUsedAt: used.toISOString() };
      });
    });
  }
}
