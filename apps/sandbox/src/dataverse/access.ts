import type { Environment, Rights } from './environments.js';
import { systemUserId } from './environments.js';
import { userByOid, type User } from '../entra/directory.js';
import { stableId } from '../stable-id.js';
import type { Author } from './commit.js';
import { DataverseFailure } from './failure.js';
import type { Table } from './schema/table.js';

export interface Member extends Author {
  person: User;
  rights: Rights;
}

export type Operation = 'Create' | 'Read' | 'Write';

/** @throws DataverseFailure 403 for somebody whom the environment doesn't know */
export function memberOf(environment: Environment, oid: string): Member {
  const person = userByOid(oid);
  const rights = person && environment.members.get(person.upn);
  if (!person || !rights)
    throw new DataverseFailure(403, '0x80072560', 'The user is not a member of the organization.');
  const { businessUnitId, currencyId } = environment;
  return { person, rights, userId: systemUserId(environment, person), businessUnitId, currencyId };
}

/** @throws DataverseFailure 403 that names the missing privilege, as Dataverse does */
export function requirePrivilege(member: Member, table: Table, operation: Operation): void {
  if (operation === 'Read' || (member.rights === 'full' && table.writable)) return;
  const privilege = `prv${operation}${table.activity ? 'Activity' : table.schemaName}`;
  throw new DataverseFailure(
    403,
    '0x80040220',
    `Principal user (Id=${member.userId}, type=8, roleCount=1, privilegeCount=121, accessMode='0 Read-Write', ` +
      `AADObjectId=${member.person.oid}), is missing ${privilege} privilege (Id=${stableId(`privilege/${privilege}`)}) ` +
      `on OTC=${table.objectTypeCode} for entity '${table.logicalName}'.`,
  );
}
