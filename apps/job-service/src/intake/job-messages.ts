import { newCorrelationId, runForOrganization, runWithCorrelation } from '@bliro/observe';
import { MessageRefused, type Queues, type QueueWorker } from '@bliro/queue';
import { SignatureRefused } from '@bliro/signing';
import { Intake, KeyReused } from './intake.js';
import { MessageVerifier } from './message-verifier.js';

const CONCURRENCY = 8;

/** Takes in what comes by the queue `crm-jobs`. A message is done when its job is committed, and waits while that can't be. */
export class JobMessages {
  constructor(
    private readonly verifier: MessageVerifier,
    private readonly intake: Intake,
  ) {}

  consume(queues: Queues): QueueWorker {
    return queues.work('crm-jobs', ({ jws }) => this.take(jws), { concurrency: CONCURRENCY });
  }

  /** @throws MessageRefused for a message that will never be right; anything else passes, and the message is tried again */
  take(jws: string): Promise<{ jobId: string }> {
    return runWithCorrelation(newCorrelationId(), async () => {
      try {
        const { org: organization, idempotencyKey, job } = await this.verifier.verify(jws);
        return await runForOrganization(organization, () => this.intake.accept({ organization, idempotencyKey, job }));
      } catch (error) {
        if (error instanceof SignatureRefused) throw new MessageRefused(error.code);
        if (error instanceof KeyReused) throw new MessageRefused('idempotency_key_reused');
        throw error;
      }
    });
  }
}
