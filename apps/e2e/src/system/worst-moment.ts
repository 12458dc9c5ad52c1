import { eventually } from '@bliro/testing';
import type { Organization } from '../people/organization.js';

/** Ends the worker with SIGKILL while Dynamics has committed its create and the answer is still on its way. Answers the job's id. */
export async function killWorkerWhileItsCreateIsCommitted(
  organization: Organization,
  upn: string,
  subject: string,
): Promise<string> {
  const { system } = organization;
  const before = await system.sandbox.now();
  await system.sandbox.addFault({
    target: 'dataverse',
    match: { method: 'POST', path: '/api/data/v9.2/tasks', user: upn },
    effect: { kind: 'delayAfterCommit', ms: 20_000 },
    times: 1,
  });
  const jobId = await organization.enqueue({ tool: 'create_task', input: { fields: { subject } } });
  await eventually(async () =>
    (await system.sandbox.journal('dataverse', before)).find(({ method, committed }) => method === 'POST' && committed),
  );
  await system.kill('crm-worker');
  return jobId;
}
