import type { EntityManager } from 'typeorm';
import type { SettingsOverrides } from '../settings/settings.js';
import type { TableShape } from '../shape/shape.js';
import { definitionsOf, predefinedTools, unconfigured, type ToolDefinition, type ToolSettings } from '../tool/tool.js';
import { ToolRow } from '../tool/tool.entity.js';

/** What an organization decided: all that has a history, can be restored, exported and imported. */
export interface PolicyState {
  /** By key, for each tool that there is, configured or not. */
  readonly tools: ReadonlyMap<string, ToolSettings>;
  /** Tables that an administrator made tools of. */
  readonly customTables: ReadonlySet<string>;
  readonly settings: SettingsOverrides;
}

/** The state, and what it rests on. */
export interface CurrentPolicy extends PolicyState {
  readonly revision: number;
  readonly definitions: ReadonlyMap<string, ToolDefinition>;
  readonly rows: ReadonlyMap<string, ToolRow>;
  /** Shapes of custom tables, also of those that were removed. */
  readonly shapes: ReadonlyMap<string, TableShape>;
}

interface Stored {
  revision: string | null;
  overrides: SettingsOverrides | null;
  tables: { name: string; shape: TableShape; present: boolean }[] | null;
}

const storedSql = `
  select (select revision from revision where organization = $1) as revision,
    (select overrides from settings where organization = $1) as overrides,
    (select jsonb_agg(jsonb_build_object('name', name, 'shape', shape, 'present', present) order by name)
       from custom_table where organization = $1) as tables`;

export async function readPolicy(manager: EntityManager, organization: string): Promise<CurrentPolicy> {
  const [stored] = await manager.query<Stored[]>(storedSql, [organization]);
  const rows = new Map((await manager.findBy(ToolRow, { organization })).map((row) => [row.key, row]));
  const tables = stored?.tables ?? [];
  const present = tables.filter(({ present }) => present);
  const definitions = catalogue(present.map(({ shape }) => shape));
  return {
    revision: Number(stored?.revision ?? 0),
    definitions,
    rows,
    shapes: new Map(tables.map(({ name, shape }) => [name, shape])),
    tools: new Map([...definitions.values()].map((tool) => [tool.key, settingsOf(rows.get(tool.key), tool)])),
    customTables: new Set(present.map(({ name }) => name)),
    settings: stored?.overrides ?? {},
  };
}

/** Every tool of an organization by key, sorted by it. */
export function catalogue(customShapes: readonly TableShape[]): ReadonlyMap<string, ToolDefinition> {
  if (customShapes.length === 0) return predefinedTools;
  const custom = customShapes.flatMap((shape) => definitionsOf(shape, 'custom'));
  const all = [...predefinedTools.values(), ...custom];
  return new Map(all.sort((a, b) => (a.key < b.key ? -1 : 1)).map((tool) => [tool.key, tool]));
}

export function settingsOf(row: ToolSettings | undefined, tool: ToolDefinition): ToolSettings {
  const { permission, description, fields } = row ?? unconfigured(tool);
  return { permission, description, fields };
}
