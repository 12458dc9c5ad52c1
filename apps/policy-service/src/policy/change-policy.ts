import type { EntityManager } from 'typeorm';
import { Problem, type Caller } from '@bliro/http';
import type { TableShape } from '../shape/shape.js';
import { unconfigured } from '../tool/tool.js';
import { ToolRow } from '../tool/tool.entity.js';
import { differences, shapeChange, type Difference } from './difference.js';
import { addRevision, lockRevision } from './revision.js';
import { catalogue, readPolicy, settingsOf, type CurrentPolicy, type PolicyState } from './state.js';

/** Why a change was made; an organization's history shows it. */
export type Cause = 'edit' | 'preset' | 'restore' | 'import' | 'settings' | 'custom_table';

export interface Change {
  cause: Cause;
  comment?: string | undefined;
  dryRun?: boolean | undefined;
  /** What custom tables look like, as it was just read. */
  shapes?: readonly TableShape[];
  /** What shall be, from what is. Runs under the lock; may refuse by throwing a Problem. */
  next(current: CurrentPolicy): PolicyState | Promise<PolicyState>;
}

export interface Changed {
  /** The one that was made; the current one where nothing was. */
  revision: number;
  changes: Difference[];
}

const setCustomTableSql = `
  insert into custom_table (organization, name, shape, present, read_at) values ($1, $2, $3::jsonb, $4, $5)
  on conflict (organization, name) do update set shape = excluded.shape, present = excluded.present, read_at = excluded.read_at`;
const setSettingsSql = `
  insert into settings (organization, overrides, revision, changed_at, changed_by) values ($1, $2::jsonb, $3, $4, $5)
  on conflict (organization) do update set overrides = excluded.overrides, revision = excluded.revision,
    changed_at = excluded.changed_at, changed_by = excluded.changed_by`;

/**
 * The only way in which an organization's policy becomes another one, in the caller's transaction: whatever changes together is one
 * revision and one entry of the history. A change that changes nothing makes none; a dry run only answers the differences.
 * @throws Problem table_unknown, and what `next` throws
 */
export async function changePolicy(manager: EntityManager, caller: Caller, change: Change): Promise<Changed> {
  const { organization } = caller;
  if (change.dryRun !== true) await lockRevision(manager, organization);
  const current = await readPolicy(manager, organization);
  const shapes = new Map(current.shapes);
  for (const shape of change.shapes ?? []) shapes.set(shape.table, shape);
  const changes = [
    ...(change.shapes ?? []).flatMap((shape) => shapeChange(current.shapes.get(shape.table), shape)),
    ...settled(current, await change.next({ ...current, shapes }), shapes),
  ];
  if (changes.length === 0 || change.dryRun === true) return { revision: current.revision, changes };
  const revision = current.revision + 1;
  const { cause, comment } = change;
  await write(manager, caller, { revision, changes, shapes, at: new Date(), cause, comment });
  return { revision, changes };
}

/** Differences over every tool that was there or will be: one whose table goes away is taken back to deny. */
function settled(current: CurrentPolicy, wanted: PolicyState, shapes: ReadonlyMap<string, TableShape>): Difference[] {
  const definitions = catalogue([...wanted.customTables].map((table) => shapes.get(table) ?? unknownTable(table)));
  const everything = new Map([...current.definitions, ...definitions]);
  const tools = [...everything.values()].map((tool) => {
    const { key } = tool;
    const chosen = definitions.has(key) ? wanted.tools.get(key) : undefined;
    return { key, before: settingsOf(current.rows.get(key), tool), after: chosen ?? unconfigured(tool) };
  });
  return differences(
    { ...current, tools: new Map(tools.map(({ key, before }) => [key, before])) },
    { ...wanted, tools: new Map(tools.map(({ key, after }) => [key, after])) },
  );
}

function unknownTable(table: string): never {
  throw new Problem('table_unknown', { detail: `The table "${table}" was never read from Dynamics. Add it first.` });
}

type Written = Pick<Change, 'cause' | 'comment'> & {
  revision: number;
  changes: readonly Difference[];
  shapes: ReadonlyMap<string, TableShape>;
  at: Date;
};

async function write(manager: EntityManager, caller: Caller, written: Written): Promise<void> {
  const { revision, changes, shapes, at, cause, comment } = written;
  const { organization, userId } = caller;
  for (const change of changes) {
    if ('tool' in change) continue;
    if ('settings' in change) {
      await manager.query(setSettingsSql, [organization, JSON.stringify(change.after), revision, at, userId]);
    } else {
      const [table, present] = 'shape' in change ? [change.shape, true] : [change.table, change.after];
      await manager.query(setCustomTableSql, [organization, table, JSON.stringify(shapes.get(table)), present, at]);
    }
  }
  const tools = changes.flatMap((change) => ('tool' in change ? [change] : []));
  const stamp = { organization, revision, changedAt: at, changedBy: userId };
  const rows = tools.map(({ tool: key, after: { permission, description, fields } }): ToolRow => {
    return { ...stamp, key, permission, description, fields: fields === null ? null : [...fields] };
  });
  if (rows.length > 0) await manager.upsert(ToolRow, rows, ['organization', 'key']);
  const data = { tools: tools.map(({ tool }) => tool) };
  await addRevision(manager, caller, {
    revision,
    cause,
    changes,
    comment,
    at,
    event: { type: 'policy.changed', data },
  });
}
