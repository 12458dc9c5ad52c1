import { randomUUID } from 'node:crypto';
import { createJobClient, type JobClient } from '@bliro/job-client';
import { SandboxClient, type JournalEntry } from '@bliro/sandbox-client';
import { Failure, type System } from '@bliro/up';
import { Api } from './api.js';

/** Everybody who acts in the demo, in an organization of this run's own. */
export interface Cast {
  organization: string;
  userId: string;
  user: Api;
  admin: Api;
  pipeline: Api;
  /** How the pipeline hands over its jobs. */
  jobs: JobClient;
  sandbox: SandboxClient;
  system: System;
}

export const ada = 'ada@contoso.example';

export async function gather(system: System, sandboxUrl: string): Promise<Cast> {
  const organization = `demo-${randomUUID().slice(0, 8)}`;
  const sandbox = await SandboxClient.at(sandboxUrl);
  const tokenOf = (user: string, role: string) => sandbox.session({ organization, user, roles: [role] });
  const [user, admin, pipeline] = await Promise.all([
    tokenOf('ada', 'user'),
    tokenOf('admin', 'admin'),
    tokenOf('meeting-pipeline', 'pipeline'),
  ]);
  return {
    organization,
    userId: 'ada',
    user: new Api(system.apiUrl, user),
    admin: new Api(system.apiUrl, admin),
    pipeline: new Api(system.apiUrl, pipeline),
    jobs: createJobClient({ http: { url: system.apiUrl, token: pipeline } }),
    sandbox,
    system,
  };
}

export interface Decision {
  id: string;
  effect: string;
  reason: string;
  revision: number;
}

/** What was decided last about this tool, as the administrator's audit log says it. */
export async function lastDecision({ admin }: Cast, tool: string): Promise<Decision | undefined> {
  const path = `/policy/v1/audit?kind=decision&tool=${tool}&limit=1`;
  return (await admin.call<{ items: Decision[] }>('GET', path)).body.items[0];
}

export async function enqueue(
  { jobs, userId }: Cast,
  meetingId: string,
  tool: string,
  input: Record<string, unknown>,
): Promise<string> {
  const job = { userId, meetingId, actions: [{ id: 'a1', tool, input }] };
  const { jobId } = await jobs.postJob(job, randomUUID());
  if (jobId === undefined) throw new Failure('The job was accepted without an id.');
  return jobId;
}

/** What the environment has seen under this path. */
export async function journal({ sandbox }: Cast, path: string, since = 0): Promise<JournalEntry[]> {
  return (await sandbox.journal('dataverse', since)).filter((item) => item.path.startsWith(path));
}
