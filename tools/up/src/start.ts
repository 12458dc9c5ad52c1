import { randomUUID } from 'node:crypto';
import { SandboxClient } from '@bliro/sandbox-client';
import { runCommand } from './command.js';
import { portOf } from './ports.js';
import { bringUp, type System } from './up.js';

runCommand(async (command) => {
  const system = await bringUp(command, {
    port: portOf('PORT', 8080),
    sandboxPort: portOf('SANDBOX_PORT', 8090),
    sandbox: !process.argv.includes('--no-sandbox'),
    progress: (step) => process.stdout.write(`  ${step} …\n`),
  });
  process.stdout.write(`ready ${system.apiUrl}\n${await invitation(system)}\nCtrl-C stops all of it.\n`);
  return 'stays';
});

/** Three calls to paste, with tokens that hold for an hour. */
async function invitation({ apiUrl, sandboxUrl }: System): Promise<string> {
  if (sandboxUrl === undefined) return `It runs against Microsoft. ${apiUrl}/ says what there is.`;
  const sandbox = await SandboxClient.at(sandboxUrl);
  const as = (user: string, role: string) => sandbox.session({ organization: 'contoso', user, roles: [role] });
  const [admin, user, pipeline] = await Promise.all([
    as('admin-1', 'admin'),
    as('ada', 'user'),
    as('pipeline', 'pipeline'),
  ]);
  const job = {
    userId: 'ada',
    meetingId: 'meeting-1',
    actions: [{ id: 'a1', tool: 'create_task', input: { fields: { subject: 'Send the quote' } } }],
  };
  return `
The page ${apiUrl}/ says what runs; the sandbox is at ${sandboxUrl}/. Three calls to paste:

# an administrator: which tools there are
curl -s ${apiUrl}/policy/v1/tools -H 'authorization: Bearer ${admin}'

# a user: connect Dynamics (open the authorizationUrl that comes back)
curl -s -X POST ${apiUrl}/auth/v1/connections/dynamics -H 'authorization: Bearer ${user}' -H 'content-type: application/json' -d '{"returnTo":"/"}'

# the meeting pipeline: a job
curl -s -X POST ${apiUrl}/jobs/v1/jobs -H 'authorization: Bearer ${pipeline}' -H 'content-type: application/json' -H 'idempotency-key: ${randomUUID()}' -d '${JSON.stringify(job)}'
`;
}
