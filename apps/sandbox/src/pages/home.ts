import { environments } from '../dataverse/environments.js';
import { testClientId } from '../entra/clients.js';
import { tenantOf, users } from '../entra/directory.js';
import type { Sandbox } from '../sandbox.js';
import { calls, faultExample } from './calls.js';
import { controlForms } from './forms.js';
import { html, page } from './html.js';
import { liveJournal, liveSwitch } from './journal.js';
import { PAGE_SCRIPT } from './script.js';
import { stateNow } from './state.js';
import { table } from './table.js';

const LATEST = 12;

/** What this is, what it sees, how to break and mend it, and where everything is. */
export function homePage(sandbox: Sandbox): string {
  const { origin, journal } = sandbox;
  return page(
    'Sandbox',
    html`<p>
        A stand-in for Microsoft Entra ID, Global Discovery, Dataverse and the host product's sign-in, for tests and
        rehearsals. It keeps everything in memory: a restart or a reset empties it. It knows no passwords and no real
        accounts.
      </p>
      <p>
        <a href="/journal">Journal: what it saw</a> · <a href="/control/info">Users, environments and addresses</a> ·
        <a href="${signInLink(sandbox)}">Try the sign-in pages</a> ·
        <a href="/organizations/oauth2/v2.0/logout">Sign out</a>
      </p>
      <h2>What it saw last</h2>
      ${liveSwitch} ${liveJournal(journal.list(0), LATEST)}
      <h2>What is broken now</h2>
      ${stateNow(sandbox)}
      <h2>Break things</h2>
      ${controlForms(sandbox)}
      <p>
        What a customer changes (plug-ins, tables, columns, roles, licences …) has
        <a href="/control/customize">a page of its own</a>, with an example of each change.
      </p>
      <h2>Point a rehearsal at it</h2>
      <p>
        Give the services these settings, and auth-service the client secret, certificate or federated credential that
        the sandbox was started with:
      </p>
      <pre tabindex="0">${rehearsal(sandbox)}</pre>
      <p>
        A redirect URI is good under <code>http://127.0.0.1</code> and <code>http://localhost</code> on any port, with
        the paths of auth-service.
      </p>
      <h2>Where things are</h2>
      ${addresses(sandbox)}
      <h2>Accounts</h2>
      ${accounts()}
      <h2>Calls</h2>
      ${table('Calls', ['Call', 'What it does'], calls)}
      <p>A create that is committed while its answer never arrives:</p>
      <pre tabindex="0">${faultExample(origin)}</pre>`,
    { script: PAGE_SCRIPT },
  );
}

function rehearsal({ origin, discoveryUrl }: Sandbox): string {
  return [
    'ALLOW_LOCAL_STANDINS=1',
    `ENTRA_STANDIN_ORIGIN=${origin}`,
    `DISCOVERY_URL=${discoveryUrl}`,
    'HOST_ISSUER=https://sandbox.invalid',
    `HOST_JWKS_URL=${origin}/host/jwks.json`,
    `HOST_PIPELINE_JWKS_URL=${origin}/host/pipeline-jwks.json`,
  ].join('\n');
}

function addresses(sandbox: Sandbox) {
  const { origin, discoveryUrl } = sandbox;
  return table(
    'Addresses',
    ['What', 'Address'],
    [
      ['Entra ID', `${origin}/organizations/v2.0/.well-known/openid-configuration`],
      ['Global Discovery', `${discoveryUrl}/api/discovery/v2.0/Instances`],
      ...environments.map((one): string[] => [
        `Dataverse: ${one.name} (${one.type})`,
        `${sandbox.environmentUrl(one)}/api/data/v9.2/`,
      ]),
      ['Host product: keys of users, of the pipeline', `${origin}/host/jwks.json, ${origin}/host/pipeline-jwks.json`],
    ],
  );
}

function accounts() {
  return table(
    'Accounts at start',
    ['Tenant', 'Account', 'Environments at start'],
    users.slice(0, 50).map((user) => [
      tenantOf(user).displayName,
      user.upn,
      environments
        .filter(({ members }) => members.has(user.upn))
        .map(({ name, members }) => (members.get(user.upn) === 'read' ? `${name} (reads only)` : name))
        .join(', '),
    ]),
  );
}

function signInLink({ clients, discoveryUrl }: Sandbox): string {
  const query = new URLSearchParams({
    client_id: testClientId,
    response_type: 'code',
    redirect_uri: clients.get(testClientId)?.redirectUris[0] ?? '',
    scope: `openid offline_access ${discoveryUrl}/user_impersonation`,
    state: 'from-the-sandbox-page',
    prompt: 'select_account',
  });
  return `/organizations/oauth2/v2.0/authorize?${query.toString()}`;
}
