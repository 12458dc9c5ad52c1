import { environments } from '../dataverse/environments.js';
import { testClientId } from '../entra/clients.js';
import { tenantOf, tenants, users } from '../entra/directory.js';
import type { Sandbox } from '../sandbox.js';
import { html, page, type Html } from './html.js';

/** What this is, what it serves and how to use it. */
export function homePage(sandbox: Sandbox): string {
  const { origin, discoveryUrl } = sandbox;
  return page(
    'Sandbox',
    html`<p>
        A stand-in for Microsoft Entra ID, Global Discovery, Dataverse and the host product's sign-in, for tests and
        rehearsals. It keeps everything in memory: a restart or a reset empties it. It knows no passwords and no real
        accounts.
      </p>
      <p>
        <a href="/journal">Journal: what it saw</a> · <a href="/control/info">Users, environments and addresses</a> ·
        <a href="${signInLink(sandbox)}">Try the sign-in pages</a>
      </p>
      <h2>Where things are</h2>
      ${table(
        ['What', 'Address'],
        [
          ['Entra ID', `${origin}/organizations/v2.0/.well-known/openid-configuration`],
          ['Global Discovery', `${discoveryUrl}/api/discovery/v2.0/Instances`],
          ...environments.map((one): string[] => [
            `Dataverse: ${one.name} (${one.type})`,
            `${sandbox.environmentUrl(one)}/api/data/v9.2/`,
          ]),
          [
            'Host product: keys of users, of the pipeline',
            `${origin}/host/jwks.json, ${origin}/host/pipeline-jwks.json`,
          ],
        ],
      )}
      <h2>Accounts</h2>
      ${table(
        ['Tenant', 'Account', 'Environments'],
        users.map((user) => [
          tenantOf(user).displayName,
          user.upn,
          environments
            .filter(({ members }) => members.has(user.upn))
            .map(({ name, members }) => (members.get(user.upn) === 'read' ? `${name} (reads only)` : name))
            .join(', '),
        ]),
      )}
      <p>
        Users may not consent for themselves in:
        ${tenants
          .filter(({ userConsent }) => !userConsent)
          .map(({ displayName }) => displayName)
          .join(', ')}.
      </p>
      <h2>Steer it</h2>
      ${table(['Call', 'What it does'], calls)}
      <p>A create that is committed while its answer never arrives:</p>
      <pre>${faultExample(origin)}</pre>`,
  );
}

const calls: string[][] = [
  ['GET /control/info', 'tenants, users, environments, the test client, and the markers that stand in every secret'],
  ['POST /control/session {organization, user, roles, expiresInSeconds?, audience?}', "a host product's token"],
  [
    'POST /control/job-message {organization, idempotencyKey, job, ageSeconds?}',
    'a signed message for the queue crm-jobs',
  ],
  ['POST /control/consent {authorizationUrl, user, decision}', 'accept, decline or return, as a browser would click'],
  ['GET /control/journal?target=&since=', 'every request, with whether it committed'],
  ['GET /control/records?environment=&table=', 'rows as they stand'],
  ['POST /control/records {environment, table, id, fields}', 'a change as another user would make it'],
  [
    'POST /control/faults {target, match?, effect, times?, probability?}',
    'effects: status (status, code?, retryAfter?), delay (ms), delayAfterCommit (ms), dropAfterCommit',
  ],
  ['DELETE /control/faults', 'no more faults'],
  ['POST /control/reset', 'as at start'],
];

function faultExample(origin: string): string {
  const fault = {
    target: 'dataverse',
    match: { method: 'POST', path: '/api/data/v9.2/tasks' },
    effect: { kind: 'dropAfterCommit' },
    times: 1,
  };
  return `curl ${origin}/control/faults -H 'content-type: application/json' \\\n  -d '${JSON.stringify(fault)}'`;
}

function signInLink({ clients, discoveryUrl }: Sandbox): string {
  const query = new URLSearchParams({
    client_id: testClientId,
    response_type: 'code',
    redirect_uri: clients.get(testClientId)?.redirectUris[0] ?? '',
    scope: `openid offline_access ${discoveryUrl}/user_impersonation`,
    state: 'from-the-sandbox-page',
  });
  return `/organizations/oauth2/v2.0/authorize?${query.toString()}`;
}

function table(head: string[], rows: string[][]): Html {
  const cells = (row: string[]): Html[] => row.map((text) => html`<td>${text}</td>`);
  return html`<div class="scroll">
    <table>
      <tr>
        ${head.map((text) => html`<th>${text}</th>`)}
      </tr>
      ${rows.map(
        (row) =>
          html`<tr>
            ${cells(row)}
          </tr>`,
      )}
    </table>
  </div>`;
}
