import { stableId } from '../../stable-id.js';
import { DataverseFailure } from '../failure.js';
import { isReference, type Row } from '../row.js';
import type { Table } from '../schema/table.js';
import type { Member } from './membership.js';
import { deepest, type Depth, type Operation } from './role.js';

/** How privileges are called in messages. */
const privilegeNames: Record<Operation, string> = {
  create: 'Create',
  read: 'Read',
  write: 'Write',
  delete: 'Delete',
  append: 'Append',
  appendTo: 'AppendTo',
  assign: 'Assign',
};

/**
 * First check of two: a role must have the privilege at all.
 * @returns how far it reaches
 * @throws DataverseFailure 403 that names the missing privilege, as Dataverse does
 */
export function requirePrivilege(member: Member, table: Table, operation: Operation): Depth {
  const depth = deepest(member.roles, table, operation);
  if (depth === 'none') throw missingPrivilege(member, table, operation);
  return depth;
}

/**
 * Second check: the privilege must reach this row.
 * @throws DataverseFailure 403 that names the row
 */
export function requireAccess(member: Member, table: Table, row: Row, operation: Operation): void {
  if (reaches(requirePrivilege(member, table, operation), member, table, row)) return;
  throw new DataverseFailure(
    403,
    '0x80040220',
    `Principal with id ${member.userId} does not have ${privilegeNames[operation]}Access right(s) for record with id ` +
      `${row.id} of entity ${table.logicalName}. Consider assigning a role that reaches it.`,
  );
}

/** Tables of the organization have no owner, so that any depth reaches all of their rows. */
export function reaches(depth: Depth, member: Member, table: Table, row: Row): boolean {
  if (depth === 'organization') return true;
  if (depth === 'none') return false;
  if (table.ownership !== 'UserOwned') return true;
  const { ownerid: owner, owningbusinessunit: unit } = row.values;
  if (depth === 'businessUnit' && isReference(unit) && unit.id === member.businessUnitId) return true;
  return isReference(owner) && (owner.id === member.userId || member.teams.includes(owner.id));
}

export function missingPrivilege(member: Member, table: Table, operation: Operation): DataverseFailure {
  return missing(member, `prv${privilegeNames[operation]}${privilegeTable(table)}`, table);
}

function privilegeTable({ activity, logicalName, schemaName }: Table): string {
  if (activity || logicalName === 'activityparty') return 'Activity';
  return logicalName === 'annotation' ? 'Note' : schemaName;
}

export function missing(member: Member, privilege: string, table?: Table): DataverseFailure {
  const unlicensed =
    member.roles.length === 0
      ? ' (Setup/Stub unlicensed user with filtered privileges from associated roles. Consider assigning License.)'
      : '';
  const on = table ? ` on OTC=${table.objectTypeCode} for entity '${table.logicalName}'` : '';
  return new DataverseFailure(
    403,
    '0x80040220',
    `Principal user (Id=${member.userId}, type=8, roleCount=${member.roles.length}, privilegeCount=121, ` +
      `accessMode='0 Read-Write', AADObjectId=${member.person.oid})${unlicensed}, is missing ${privilege} privilege ` +
      `(Id=${stableId(`privilege/${privilege}`)})${on}. context.Caller=${member.userId}`,
  );
}
