import type { DataverseFailure } from '@bliro/dataverse';

const sentences: Record<string, string> = {
  ObjectDoesNotExist: "The record doesn't exist in Dynamics, or the signed-in user may not see it.",
  DuplicateRecord: 'Dynamics refused the record as a duplicate of one that is there already.',
  DuplicateRecordEntityKey: 'Dynamics refused the record: another one has the same key.',
  DuplicateRecordsFound:
    "Dynamics refused the record: one of the environment's duplicate rules found another one like it.",
  SystemUserDisabled: 'The user is disabled in this Dynamics environment. Its administrator can enable them.',
  UserDisabled: 'The user is disabled in this Dynamics environment. Its administrator can enable them.',
  UserHasNoRoles: 'The user has no security role in this Dynamics environment. Its administrator can give one.',
  UserNotAssignedLicense: 'The user has no Dynamics 365 licence. An administrator can assign one.',
  UserNotMemberOfOrganization: 'The user is not a member of this Dynamics environment. Its administrator can add them.',
  OrganizationDisabled: 'This Dynamics environment is disabled.',
  ColumnSecurity: "Column security in Dynamics doesn't let the user write one of these columns.",
  ApplicationBlocked: "A policy of the customer's keeps this application out of the Dynamics environment.",
  BlockedByIpFirewall: "The Dynamics environment's IP firewall doesn't let our addresses in.",
};

/** What a person understands of a failure; Dataverse's own words where they were written for people or nothing better is known. */
export function sentenceOf(failure: DataverseFailure): string {
  const missing = missingPrivilege(failure.message);
  if (missing !== undefined) return missing;
  const known = failure.name === undefined ? undefined : sentences[failure.name];
  if (known !== undefined) return known;
  if (failure.name === 'IsvAborted') return `A rule of this Dynamics environment refused it: ${failure.message}`;
  if (failure.status === undefined) return failure.message;
  return `Dynamics refused it: ${failure.message}`;
}

const verbs: Record<string, string> = {
  Create: 'create',
  Read: 'read',
  Write: 'change',
  Delete: 'delete',
  Append: 'link',
  AppendTo: 'link to',
  Assign: 'assign',
  Share: 'share',
};

/** `… is missing prvCreateLead privilege (Id=…) on OTC=4 for entity 'lead' …` */
function missingPrivilege(message: string): string | undefined {
  const found = /\bprv(Create|Read|Write|Delete|AppendTo|Append|Assign|Share)(\w+)/.exec(message);
  if (found === null) return undefined;
  const [privilege, verb = '', object = ''] = found;
  const table = /\bentity '(\w+)'/.exec(message)?.[1] ?? object.toLowerCase();
  return (
    `The user's security roles in Dynamics don't let them ${verbs[verb] ?? 'use'} records of ${table}. ` +
    `An administrator of the environment can grant the privilege ${privilege}.`
  );
}
