import type { ActionView, JobView } from '@bliro/ledger';
import { Failure } from '@bliro/up';

export interface Answer<T> {
  status: number;
  body: T;
  headers: Headers;
}

export interface Connection {
  status: string;
  account?: { name?: string; email?: string };
  environment?: { id: string; name: string; url: string };
  scopes: string[];
}

/** One caller of the three APIs, with that caller's token. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async call<T>(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const { body, headers = {} } = options;
    const answer = await fetch(new URL(path, this.url), {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status >= 400)
      throw new Failure(`${method} ${path} was answered with ${String(answer.status)}: ${text.slice(0, 400)}`);
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text.startsWith('{') ? JSON.parse(text) : undefined) as T,
    };
  }

  async job(jobId: string): Promise<JobView> {
    return (await this.call<JobView>('GET', `/jobs/v1/jobs/${jobId}`)).body;
  }

  /** Asks for the job until its first action is as wanted. */
  async until(jobId: string, wanted: (action: ActionView) => boolean, seconds = 45): Promise<ActionView> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const [action] = (await this.job(jobId)).actions;
      if (action && wanted(action)) return action;
      if (Date.now() > end)
        throw new Failure(
          `The action of job ${jobId} is still as follows after ${String(seconds)} s: ${JSON.stringify(action)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
