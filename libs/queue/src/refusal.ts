import type { Queue } from 'bullmq';
import { createHash } from 'node:crypto';
import type { QueueLogger } from './logger.js';

/** Thrown by a handler for a message that will never be right (unsigned, forged, too old). `reason` is a code, never content. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';

  constructor(readonly reason: string) {
    super(`the message was refused: ${reason}`);
  }
}

// Whoever can write to the queue can fill it: the newest of too many are in the log only.
const most = 10_000;

/**
 * Puts a refused message aside: its hash and the reason go to the queue of refusals (nothing works on that one) and to the log, as an
 * alarm. What it contained goes nowhere.
 */
export async function setAside(
  refusals: Queue,
  o: { queue: string; data: unknown; reason: string; logger: QueueLogger },
): Promise<void> {
  const sha256 = createHash('sha256')
    .update(JSON.stringify([o.data]))
    .digest('hex');
  const alarm = { alarm: 'queue_message_refused', queue: o.queue, reason: o.reason, sha256 };
  o.logger.error(alarm, 'a message of the queue was refused and put aside');
  if ((await refusals.getWaitingCount()) >= most) return;
  await refusals.add('refused', { reason: o.reason, sha256, at: new Date().toISOString() }, { jobId: sha256 });
}
