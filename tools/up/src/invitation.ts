import { randomUUID } from 'node:crypto';
import { SandboxClient } from '@bliro/sandbox-client';
import { Failure } from './failure.js';

const ada = 'ada@contoso.example';
const json = "-H 'content-type: application/json'";
const job = {
  userId: 'ada',
  meetingId: 'meeting-1',
  actions: [{ id: 'a1', tool: 'create_task', input: { fields: { subject: 'Send the quote' } } }],
};

/** The main job as three lines to paste into a shell one after another, with tokens that hold for an hour. */
export async function invitation(apiUrl: string, sandboxUrl: string): Promise<string> {
  const sandbox = await SandboxClient.at(sandboxUrl);
  const as = async (user: string, role: string): Promise<string> =>
    `-H 'authorization: Bearer ${await sandbox.session({ organization: 'contoso', user, roles: [role] })}'`;
  const [admin, user, pipeline] = await Promise.all([
    as('admin', 'admin'),
    as('ada', 'user'),
    as('pipeline', 'pipeline'),
  ]);
  const environment = sandbox.info.users.find(({ upn }) => upn === ada)?.environments[0];
  if (environment === undefined) throw new Failure(`The sandbox has no environment for ${ada}.`);

  const tool = `${apiUrl}/policy/v1/tools/create_task`;
  const connection = `${apiUrl}/auth/v1/connections/dynamics`;
  const post = `${call('POST', `${apiUrl}/jobs/v1/jobs`, pipeline)} ${json} -H 'idempotency-key: ${randomUUID()}' -d '${JSON.stringify(job)}'`;

  return `
The page ${apiUrl}/ says what runs; the sandbox is at ${sandboxUrl}/. The main job in three calls to paste:

# 1. an administrator allows a tool
${call('PATCH', tool, admin)} ${json} -H "if-match: $(${call('GET', tool, admin)} -o /dev/null -D - ${header('etag')})" -d '{"permission":"always_allow"}'

# 2. a user connects Dynamics and picks an environment (curl is the browser; the sandbox plays ${ada}, who accepts)
jar=$(mktemp); url=$(${call('POST', connection, user)} ${json} -c "$jar" -d '{"returnTo":"/"}' ${field('authorizationUrl')}); back=$(${call('POST', `${sandboxUrl}/control/consent`)} ${json} -d '{"authorizationUrl":"'"$url"'","user":"${ada}","decision":"accept"}' ${field('location')}); curl -s -o /dev/null -b "$jar" "$back"; rm "$jar"; ${call('PUT', `${connection}/environment`, user)} ${json} -d '{"environmentId":"${environment}"}'

# 3. the meeting pipeline enqueues a job, and asks a second later what became of it
${call('GET', `${apiUrl}$(${post} -o /dev/null -D - ${header('location')}; sleep 1)`, pipeline)}

The tokens hold for an hour; POST ${sandboxUrl}/control/session gives others.`;
}

const call = (method: string, url: string, token = ''): string => `curl -s -X ${method} "${url}" ${token}`.trimEnd();
const header = (name: string): string => `| sed -n 's/^${name}: //p' | tr -d '\\r'`;
const field = (name: string): string => `| sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/'`;
