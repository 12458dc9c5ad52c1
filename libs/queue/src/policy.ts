import type { JobsOptions } from 'bullmq';
import { z } from 'zod';

const schemas = {
  'crm-lanes': z.object({ laneId: z.string().min(1).max(100) }),
  'crm-jobs': z.object({ jws: z.string().min(1).max(2_000_000) }),
};

export type QueueName = keyof typeof schemas;
export type QueueData = { [Q in QueueName]: z.output<(typeof schemas)[Q]> };
/** What a handler may return; the sender of a message can wait for it. */
export interface QueueResult {
  'crm-lanes': undefined;
  'crm-jobs': { jobId: string } | undefined;
}

export interface QueuePolicy<Q extends QueueName> {
  readonly data: z.ZodType<QueueData[Q]>;
  /** BullMQ's options for a message of this queue, without its id. */
  readonly message: JobsOptions;
  /** How often a message may lose its worker before BullMQ gives it up without asking anyone. */
  readonly maxStalledCount: number;
  /** `forget`: the truth stands elsewhere and wakes it again. `repeat`: the message is the only copy. */
  readonly whenHandlerFails: 'forget' | 'repeat';
  /** The queue that keeps the traces of refused messages. */
  readonly refusals?: string;
}

export const policies: { readonly [Q in QueueName]: QueuePolicy<Q> } = {
  'crm-lanes': {
    data: schemas['crm-lanes'],
    // Kept ones would hold their deduplication id. With a priority, since messages without one go first: that place is for people who wait.
    message: { removeOnComplete: true, removeOnFail: true, priority: 10 },
    maxStalledCount: 1,
    whenHandlerFails: 'forget',
  },
  'crm-jobs': {
    data: schemas['crm-jobs'],
    // Kept for a moment, so that a sender who comes late still learns the outcome.
    message: { removeOnComplete: { age: 600, count: 1000 }, removeOnFail: { age: 600, count: 1000 } },
    // BullMQ drops a message after that many dead workers: accepted work must outlive a bad night.
    maxStalledCount: 1000,
    whenHandlerFails: 'repeat',
    refusals: 'crm-jobs-refused',
  },
};
