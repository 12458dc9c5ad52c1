import type { JobRequest } from '@bliro/contract/crm';
import { postJob, type HttpConfig } from './http.js';
import { openQueue, type Accepted, type QueueConfig } from './queue.js';

export interface JobClient {
  /** Sends a signed message (`crm-job+jwt`) and resolves when the intake has committed it. */
  sendMessage(jws: string): Promise<Accepted>;
  /** Posts a job; resolves with its id when the intake has committed it. */
  postJob(job: JobRequest, idempotencyKey: string): Promise<Accepted>;
  close(): Promise<void>;
}

export interface JobClientConfig {
  readonly queue?: QueueConfig;
  readonly http?: HttpConfig;
  /** How long one call may take, 10 s by default. */
  readonly timeoutMs?: number;
}

/** A client for one process. Both ways reject with `JobRefused` (final) or `JobUncertain` (send it again, same key). */
export function createJobClient({ queue, http, timeoutMs = 10_000 }: JobClientConfig): JobClient {
  const messages = queue && openQueue(queue);
  return {
    sendMessage: async (jws) => {
      if (!messages) throw new Error('This client has no queue.');
      return messages.send(jws, timeoutMs);
    },
    postJob: async (job, idempotencyKey) => {
      if (!http) throw new Error('This client has no HTTP address.');
      return postJob(http, job, idempotencyKey, timeoutMs);
    },
    close: async () => messages?.close(),
  };
}
