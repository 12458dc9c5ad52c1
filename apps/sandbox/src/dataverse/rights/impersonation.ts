import { userByOid } from '../../entra/directory.js';
import { systemUserId } from '../environments.js';
import { DataverseFailure } from '../failure.js';
import type { WebApiRequest } from '../web-api/request.js';
import { missing } from './access.js';
import type { Member } from './membership.js';

type Asked = Pick<WebApiRequest, 'headers' | 'member' | 'organization'>;

/**
 * The user whom a request acts for: `CallerObjectId` names one by the object id, `MSCRMCallerID` by the id of the
 * `systemuser` row. Real rights are what both have; here, those of the one who is acted for, since only an administrator
 * may act for others.
 * @throws DataverseFailure 403 for whoever may not
 */
export function impersonated({ headers, member, organization }: Asked): Member {
  const oid = headers['callerobjectid'];
  const userId = headers['mscrmcallerid'];
  if (oid === undefined && userId === undefined) return member;
  if (!member.person.admin) throw missing(member, 'prvActOnBehalfOfAnotherUser');
  const { environment, membership } = organization;
  const person =
    oid === undefined
      ? membership.people().find((one) => systemUserId(environment, one) === userId?.toLowerCase())
      : userByOid(oid.toLowerCase());
  if (!person) throw new DataverseFailure(403, '0x80072560', 'The user is not a member of the organization.');
  return { ...membership.memberOf(person.oid), onBehalfBy: member.userId };
}
