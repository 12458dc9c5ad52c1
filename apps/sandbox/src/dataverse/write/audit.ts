import type { Member } from '../rights/membership.js';
import { isReference, type Value, type Values } from '../row.js';
import { timestamp } from './commit.js';
import type { Change } from './transaction.js';

const actions = { create: 1, update: 2, delete: 3 } as const;
const uninteresting = new Set(['modifiedon', 'modifiedby', 'createdon', 'createdby', 'owninguser', 'owningteam']);

/** The `audit` row of a change: who wrote which row when, and every column before and after. */
export function auditValues({ table, before, after }: Change, member: Member, transactionId: string): Values {
  const action = actions[before ? (after ? 'update' : 'delete') : 'create'];
  const now = timestamp();
  const user = { table: 'systemuser', id: member.userId };
  return {
    action,
    operation: action,
    objecttypecode: table,
    objectid: { table, id: (after ?? before)?.id ?? '' },
    userid: user,
    callinguserid: member.onBehalfBy === undefined ? user : { table: 'systemuser', id: member.onBehalfBy },
    changedata: JSON.stringify({ changedAttributes: changedAttributes(before?.values ?? {}, after?.values ?? {}) }),
    transactionid: transactionId,
    auditedon: now,
    createdon: now,
  };
}

function changedAttributes(before: Values, after: Values): object[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => !uninteresting.has(name))
    .map((logicalName) => ({ logicalName, oldValue: text(before[logicalName]), newValue: text(after[logicalName]) }))
    .filter(({ oldValue, newValue }) => oldValue !== newValue);
}

function text(value: Value | undefined): string | null {
  if (value === null || value === undefined) return null;
  return isReference(value) ? `${value.table},${value.id}` : String(value);
}
