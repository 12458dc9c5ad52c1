import { idempotencyKey, jobRequest, type JobRequest } from '@bliro/contract/crm';
import { z } from 'zod';
import { JobRefused, JobUncertain } from './errors.js';
import type { Accepted } from './queue.js';

export interface HttpConfig {
  /** Origin of the product's API, without `/jobs/v1`. */
  readonly url: string;
  /** The pipeline's JWT, or how to get one that has not expired. */
  readonly token: string | (() => Promise<string>);
  readonly fetch?: typeof fetch;
}

const accepted = z.object({ jobId: z.string() });
const problem = z.object({ code: z.string() });

/** Posts a job. Throws `JobRefused` for a 4xx answer, and `JobUncertain` for everything that may be better next time. */
export async function postJob(http: HttpConfig, job: JobRequest, key: string, timeoutMs: number): Promise<Accepted> {
  const body = jobRequest.safeParse(job);
  if (!body.success || !idempotencyKey.safeParse(key).success) throw new JobRefused('invalid_body');
  const response = await request(http, JSON.stringify(body.data), key, timeoutMs);
  const answer: unknown = await response.json().catch(() => undefined);
  const parsed = accepted.safeParse(answer);
  if (response.ok && parsed.success) return { committed: true, jobId: parsed.data.jobId };
  if (response.ok || response.status >= 500 || [408, 425, 429].includes(response.status)) {
    throw new JobUncertain(`The service answered ${String(response.status)}.`);
  }
  throw new JobRefused(problem.safeParse(answer).data?.code ?? 'unknown', response.status);
}

async function request(http: HttpConfig, body: string, key: string, timeoutMs: number): Promise<Response> {
  const token = typeof http.token === 'string' ? http.token : await http.token();
  const send = http.fetch ?? fetch;
  try {
    return await send(new URL('/jobs/v1/jobs', http.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw new JobUncertain('The service could not be reached.', { cause });
  }
}
