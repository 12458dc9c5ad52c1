import { randomUUID } from 'node:crypto';
import { SandboxClient, type System } from '@bliro/up';
import { Api } from './api.js';

export interface JournalEntry {
  seq: number;
  at: string;
  method: string;
  path: string;
  status: number;
  committed: boolean;
}

/** Everybody who acts in the demo, in an organization of this run's own. */
export interface Cast {
  organization: string;
  userId: string;
  user: Api;
  admin: Api;
  pipeline: Api;
  sandbox: SandboxClient;
  system: System;
}

export const ada = 'ada@contoso.example';

export async function gather(system: System, sandboxUrl: string): Promise<Cast> {
  const organization = `demo-${randomUUID().slice(0, 8)}`;
  const sandbox = new SandboxClient(sandboxUrl);
  const [user, admin, pipeline] = await Promise.all([
    sandbox.session(organization, 'ada', ['user']),
    sandbox.session(organization, 'admin', ['admin']),
    sandbox.session(organization, 'meeting-pipeline', ['pipeline']),
  ]);
  return {
    organization,
    userId: 'ada',
    user: new Api(system.apiUrl, user),
    admin: new Api(system.apiUrl, admin),
    pipeline: new Api(system.apiUrl, pipeline),
    sandbox,
    system,
  };
}

export async function enqueue(
  { pipeline, userId }: Cast,
  meetingId: string,
  tool: string,
  input: unknown,
): Promise<string> {
  const body = { userId, meetingId, actions: [{ id: 'a1', tool, input }] };
  const headers = { 'idempotency-key': randomUUID() };
  return (await pipeline.call<{ jobId: string }>('POST', '/jobs/v1/jobs', { body, headers })).body.jobId;
}

export async function journal({ sandbox }: Cast, path: string, since = 0): Promise<JournalEntry[]> {
  const { items } = await sandbox.call<{ items: JournalEntry[] }>(
    'GET',
    `/control/journal?target=dataverse&since=${String(since)}`,
  );
  return items.filter((item) => item.path.startsWith(path));
}

export async function records(
  { sandbox }: Cast,
  environment: string,
  table: string,
): Promise<Record<string, unknown>[]> {
  return (
    await sandbox.call<{ items: Record<string, unknown>[] }>(
      'GET',
      `/control/records?environment=${environment}&table=${table}`,
    )
  ).items;
}
