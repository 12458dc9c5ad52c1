import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import type { Caller } from '@bliro/http';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { changePolicy } from '../policy/change-policy.js';
import { refuseUnless } from '../tool/etag.js';
import {
  defaultSettings,
  effective,
  overlaid,
  settings,
  settingsOverrides,
  type SettingsChange,
  type SettingsOverrides,
} from './settings.js';

export const settingsView = settings
  .extend({
    defaults: settings.meta({ description: 'What holds where the organization never said otherwise' }),
    chosen: settingsOverrides.meta({ description: 'What the organization did say' }),
    revision: z.int().meta({ description: "The organization's revision that last changed them; 0: none did" }),
    changedAt: z.iso.datetime().optional(),
    changedBy: z.string().optional(),
  })
  .meta({ id: 'Settings' });
export type SettingsView = z.output<typeof settingsView>;

interface Row {
  overrides: SettingsOverrides;
  revision: string;
  changed_at: Date;
  changed_by: string;
}

@Injectable()
export class OrganizationSettings {
  constructor(private readonly database: OrganizationDatabase) {}

  get({ organization }: Caller): Promise<SettingsView> {
    return this.database.run(organization, (manager) => viewIn(manager, organization));
  }

  /** @throws Problem precondition_required, precondition_failed */
  change(caller: Caller, ifMatch: string | undefined, { comment, ...named }: SettingsChange): Promise<SettingsView> {
    return this.database.run(caller.organization, async (manager) => {
      await changePolicy(manager, caller, {
        cause: 'settings',
        comment,
        next: async (current) => {
          refuseUnless(ifMatch, await viewIn(manager, caller.organization));
          return { ...current, settings: overlaid(current.settings, named) };
        },
      });
      return viewIn(manager, caller.organization);
    });
  }
}

async function viewIn(manager: EntityManager, organization: string): Promise<SettingsView> {
  const sql = 'select overrides, revision, changed_at, changed_by from settings where organization = $1';
  const [row] = await manager.query<Row[]>(sql, [organization]);
  return {
    ...effective(row?.overrides ?? {}),
    defaults: defaultSettings,
    chosen: row?.overrides ?? {},
    revision: Number(row?.revision ?? 0),
    ...(row && { changedAt: row.changed_at.toISOString(), changedBy: row.changed_by }),
  };
}
