import type { SettingsOverrides } from '../settings/settings.js';
import type { TableShape } from '../shape/shape.js';
import type { ToolSettings } from '../tool/tool.js';
import { etagOf } from '../tool/etag.js';
import type { PolicyState } from './state.js';

/** One thing that a change made otherwise. */
export type Difference =
  | { readonly tool: string; readonly before: ToolSettings; readonly after: ToolSettings }
  | { readonly table: string; readonly before: boolean; readonly after: boolean }
  | ShapeChange
  | { readonly settings: true; readonly before: SettingsOverrides; readonly after: SettingsOverrides };

/** What is otherwise with a table's columns in Dynamics than when it was read before. */
export interface ShapeChange {
  readonly shape: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What has to change to get from one state to another; nothing where they are the same. Sorted: tables, tools, settings. */
export function differences(before: PolicyState, after: PolicyState): Difference[] {
  const tables = [...new Set([...before.customTables, ...after.customTables])].sort();
  return [
    ...tables
      .map((table) => ({ table, before: before.customTables.has(table), after: after.customTables.has(table) }))
      .filter((change) => change.before !== change.after),
    ...[...after.tools].flatMap(([tool, wanted]) => {
      const current = before.tools.get(tool);
      return current === undefined || same(current, wanted) ? [] : [{ tool, before: current, after: wanted }];
    }),
    ...(same(before.settings, after.settings)
      ? []
      : [{ settings: true as const, before: before.settings, after: after.settings }]),
  ];
}

export function shapeChange(before: TableShape | undefined, after: TableShape): ShapeChange[] {
  const [old, now] = [before?.columns ?? {}, after.columns];
  const change = {
    shape: after.table,
    added: Object.keys(now).filter((name) => !Object.hasOwn(old, name)),
    removed: Object.keys(old).filter((name) => !Object.hasOwn(now, name)),
    changed: Object.keys(now).filter((name) => Object.hasOwn(old, name) && !same(old[name], now[name])),
  };
  return change.added.length + change.removed.length + change.changed.length === 0 ? [] : [change];
}

/** Takes differences back, in their order: the latest first. What Dynamics' tables look like is no decision, and stays. */
export function undone(state: PolicyState, changes: readonly Difference[]): PolicyState {
  const tools = new Map(state.tools);
  const customTables = new Set(state.customTables);
  let { settings } = state;
  for (const change of changes) {
    if ('tool' in change) tools.set(change.tool, change.before);
    else if ('settings' in change) settings = change.before;
    else if ('shape' in change) continue;
    else if (change.before) customTables.add(change.table);
    else customTables.delete(change.table);
  }
  return { tools, customTables, settings };
}

const same = (one: unknown, other: unknown): boolean => etagOf(one) === etagOf(other);
