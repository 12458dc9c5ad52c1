import { eventually } from '@bliro/testing';
import { randomUUID } from 'node:crypto';
import type { System } from '../system/system.js';
import { Caller, type Answer } from './caller.js';
import type { Environment } from '@bliro/sandbox-client';

export interface Action {
  id: string;
  tool: string;
  status: string;
  reason?: string;
  message?: string;
  record?: { table: string; id: string; url: string };
  result?: { untrusted: boolean; rows: Record<string, unknown>[] };
  attempts: number;
  nextAttemptAt?: string;
  decisionId?: string;
}

export interface Job {
  id: string;
  status: string;
  userId: string;
  meetingId?: string;
  createdAt: string;
  actions: Action[];
}

export interface NewAction {
  id?: string;
  tool: string;
  input: unknown;
  after?: string[];
}

export interface JobRequest {
  userId: string;
  meetingId: string;
  actions: NewAction[];
}

export interface Begun {
  /** What the browser was given, and keeps. */
  cookie: string;
  authorizationUrl: string;
}

export interface SignIn extends Begun {
  /** Where Microsoft sent the browser, with the code. */
  callbackUrl: string;
  /** Where the callback sent it. */
  location: string;
}

const over = ['done', 'done_with_problems', 'cancelled'];

/** A customer's organization in the host product: its administrator, its meeting pipeline and one user. */
export class Organization {
  private constructor(
    readonly system: System,
    readonly name: string,
    readonly admin: Caller,
    readonly pipeline: Caller,
    readonly user: Caller,
    readonly userId: string,
  ) {}

  /** A new one in each test, so that tests don't see each other's. */
  static async join(system: System, userId = 'rep'): Promise<Organization> {
    const name = `org-${randomUUID().slice(0, 8)}`;
    const as = async (user: string, role: string): Promise<Caller> =>
      new Caller(system.apiUrl, await system.sandbox.session({ organization: name, user, roles: [role] }));
    const [admin, pipeline, user] = [
      await as('admin', 'admin'),
      await as('pipeline', 'pipeline'),
      await as(userId, 'user'),
    ];
    return new Organization(system, name, admin, pipeline, user, userId);
  }

  /** One whose user is connected to an environment, and whose tools are allowed. */
  static async ready(system: System, upn: string, tools: string[], environment = 'Contoso'): Promise<Organization> {
    const organization = await Organization.join(system);
    await organization.connect(upn, environment);
    await organization.allow(...tools);
    return organization;
  }

  /** In the browser: to Microsoft. */
  async begin(): Promise<Begun> {
    const { status, headers, body } = await this.user.call<Begun>('POST', '/auth/v1/connections/dynamics', {
      body: { returnTo: '/integrations' },
    });
    if (status !== 201) throw new Error(`The sign-in did not begin: ${JSON.stringify(body)}`);
    const cookie = headers.getSetCookie().map((line) => line.split(';')[0]);
    return { cookie: cookie.join('; '), authorizationUrl: body.authorizationUrl };
  }

  /** In the browser: to Microsoft and back. */
  async signIn(upn: string): Promise<SignIn> {
    const begun = await this.begin();
    const callbackUrl = await this.system.sandbox.consent(begun.authorizationUrl, upn);
    const headers = { cookie: begun.cookie };
    const back = await new Caller(this.system.apiUrl).call('GET', callbackUrl, { headers });
    return { ...begun, callbackUrl, location: back.headers.get('location') ?? '' };
  }

  async connect(upn: string, environment = 'Contoso'): Promise<SignIn> {
    const signIn = await this.signIn(upn);
    await this.choose(this.system.sandbox.environment(environment));
    return signIn;
  }

  async choose({ id }: Environment): Promise<void> {
    const body = { environmentId: id };
    const answer = await this.user.call('PUT', '/auth/v1/connections/dynamics/environment', { body });
    if (answer.status !== 200) throw new Error(`The environment was not chosen: ${JSON.stringify(answer.body)}`);
  }

  async allow(...tools: string[]): Promise<void> {
    for (const tool of tools) {
      const { headers } = await this.admin.call('GET', `/policy/v1/tools/${tool}`);
      const answer = await this.admin.call('PATCH', `/policy/v1/tools/${tool}`, {
        body: { permission: 'always_allow' },
        headers: { 'if-match': headers.get('etag') ?? '' },
      });
      if (answer.status !== 200) throw new Error(`${tool} was not allowed: ${JSON.stringify(answer.body)}`);
    }
  }

  jobOf(...actions: NewAction[]): JobRequest {
    const numbered = actions.map((action, index) => ({ id: `a${index + 1}`, ...action }));
    return { userId: this.userId, meetingId: 'meeting-1', actions: numbered };
  }

  post(job: unknown, headers: Record<string, string> = {}): Promise<Answer<{ jobId: string }>> {
    const keyed = { 'idempotency-key': randomUUID(), ...headers };
    return this.pipeline.call('POST', '/jobs/v1/jobs', { body: job, headers: keyed });
  }

  /** Posts a job that has to be accepted; answers its id. */
  async enqueue(...actions: NewAction[]): Promise<string> {
    const { status, body } = await this.post(this.jobOf(...actions));
    if (status !== 202) throw new Error(`The job was not accepted: ${status} ${JSON.stringify(body)}`);
    return body.jobId;
  }

  job(id: string, reader = this.pipeline): Promise<Job> {
    return reader.get<Job>(`/jobs/v1/jobs/${id}`);
  }

  async jobs(): Promise<Job[]> {
    return (await this.pipeline.get<{ items: Job[] }>('/jobs/v1/jobs')).items;
  }

  /** The job when it is as wanted; by default when nothing more will happen to it. */
  async until(id: string, wanted = (job: Job): boolean => over.includes(job.status), timeoutMs = 30_000): Promise<Job> {
    let seen: Job | undefined;
    const found = await eventually(
      async () => {
        seen = await this.job(id);
        return wanted(seen) ? seen : undefined;
      },
      { timeoutMs },
    ).catch(() => undefined);
    if (found === undefined) throw new Error(`The job did not get as far: ${JSON.stringify(seen)}`);
    return found;
  }

  /** A job of one action, from its acceptance to its end. */
  async run(tool: string, input: unknown): Promise<Action> {
    const { actions } = await this.until(await this.enqueue({ tool, input }));
    const [action] = actions;
    if (action === undefined) throw new Error('The job has no action.');
    return action;
  }
}
