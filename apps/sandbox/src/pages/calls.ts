/** The control API, as the page lists it. */
export const calls: readonly (readonly [call: string, what: string])[] = [
  ['GET /control/info', 'tenants, users, environments, the test client, and the markers that stand in every secret'],
  ['POST /control/session {organization, user, roles, expiresInSeconds?, audience?}', "a host product's token"],
  [
    'POST /control/job-message {organization, idempotencyKey, job, ageSeconds?}',
    'a signed message for the queue crm-jobs',
  ],
  [
    'POST /control/consent {authorizationUrl, user, decision}',
    'accept, decline or return, as a browser would click; answers {location}, with response_mode=form_post also {form}',
  ],
  [
    'POST /control/entra {user: upn or tenant, action}',
    'revoke_consent, revoke_sessions, expire_refresh_tokens, require_mfa, block_by_policy, disable_user, delete_user, require_admin_consent, grant_admin_consent; restore ends what can be ended',
  ],
  [
    'POST /control/settings {accessTokenSeconds?, throttle?}',
    'life of access tokens; requests, windowSeconds and concurrency of the service protection limits of a user',
  ],
  [
    'POST /control/faults {target, match?, effect, times?, probability?}',
    'effects: status (status, code?, retryAfter?), delay (ms), delayAfterCommit (ms), dropBeforeCommit, dropAfterCommit, cutBody, html, slowBody (ms)',
  ],
  ['DELETE /control/faults', 'no more faults'],
  [
    'POST /control/customize {environment, …}',
    "a customer's changes while it runs; opened in a browser, it has the schema and examples",
  ],
  ['GET /control/journal?target=&since=', 'every request, with whether it committed'],
  ['GET /control/records?environment=&table=', 'rows as they stand'],
  ['POST /control/records {environment, table, id, fields}', 'a change as another user would make it'],
  ['GET /control/audit?environment=&table=', "Dataverse's own audit rows"],
  ['POST /control/reset', 'as at start'],
];

export function faultExample(origin: string): string {
  const fault = {
    target: 'dataverse',
    match: { method: 'POST', path: '/api/data/v9.2/tasks' },
    effect: { kind: 'dropAfterCommit' },
    times: 1,
  };
  return `curl ${origin}/control/faults -H 'content-type: application/json' \\\n  -d '${JSON.stringify(fault)}'`;
}
