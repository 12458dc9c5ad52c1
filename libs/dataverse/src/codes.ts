/**
 * What a failure means for the caller. `permanent`: repeating changes nothing. `transient`: nothing took effect, may pass.
 * `throttled`: nothing took effect, not before `retryAfterMs`. `unknown`: a write that may have taken effect.
 * `needs_person`: the token isn't accepted (401, perhaps with a claims challenge), or a policy of the customer keeps us out.
 */
export type FailureClass = 'permanent' | 'transient' | 'throttled' | 'unknown' | 'needs_person';

/** Dataverse's codes that say more than the status does; from Microsoft's table of Web API error codes. */
const codes: Record<string, [name: string, kind?: FailureClass]> = {
  '0x80040203': ['InvalidArgument', 'permanent'],
  '0x80040217': ['ObjectDoesNotExist'],
  '0x80040220': ['PrivilegeDenied'],
  '0x80040225': ['UserDisabled', 'permanent'],
  '0x80040231': ['UserNotInBusinessUnit'],
  '0x80040237': ['DuplicateRecord', 'permanent'],
  '0x80040265': ['IsvAborted', 'permanent'],
  '0x80040333': ['DuplicateRecordsFound', 'permanent'],
  '0x80042f09': ['UserHasNoRoles'],
  '0x8004431a': ['PicklistValueOutOfRange', 'permanent'],
  '0x80044331': ['StringLengthTooLong', 'permanent'],
  '0x80048306': ['UnManagedIdsAccessDenied'],
  '0x80048408': ['InvalidStateCodeStatusCode', 'permanent'],
  '0x80048d19': ['PayloadInvalid', 'permanent'],
  '0x8004a104': ['OrganizationDisabled'],
  '0x8004a112': ['SystemUserDisabled'],
  '0x8004d24b': ['UserNotAssignedLicense'],
  '0x8004f502': ['ColumnSecurity'],
  '0x8004f507': ['ColumnSecurity'],
  '0x80060882': ['ConcurrencyVersionMismatch', 'permanent'],
  '0x80060888': ['ODataRequestInvalid'],
  '0x8006088a': ['SegmentNotFound'],
  '0x80060891': ['RecordNotFoundByEntityKey'],
  '0x80060892': ['DuplicateRecordEntityKey', 'permanent'],
  '0x80072321': ['ThrottledByTime', 'throttled'],
  '0x80072322': ['ThrottledByRequests', 'throttled'],
  '0x80072326': ['ThrottledByConcurrency', 'throttled'],
  '0x80072560': ['UserNotMemberOfOrganization'],
  '0x80095ffc': ['ApplicationBlocked', 'needs_person'],
  '0x80095ffe': ['BlockedByIpFirewall', 'needs_person'],
};

export function nameOfCode(code: string): string | undefined {
  return codes[code.toLowerCase()]?.[0];
}

export function classOfCode(code: string): FailureClass | undefined {
  return codes[code.toLowerCase()]?.[1];
}
