import {
  canonicalJson,
  dependenciesOf,
  inputHash,
  mandateJws,
  type JobRequest,
  type MandateClaims,
} from '@bliro/contract/crm';
import { acceptJob, type NewAction } from '@bliro/ledger';
import { correlationId, newCorrelationId, type Logger } from '@bliro/observe';
import type { Queues } from '@bliro/queue';
import type { Signer } from '@bliro/signing';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { WorkDatabase } from '../database.js';

export interface Offer {
  organization: string;
  idempotencyKey: string;
  job: JobRequest;
}

/** The same key with another body: nothing was accepted. */
export class KeyReused extends Error {
  override readonly name = 'KeyReused';
}

/** Part of a created record's id: what it says may never change. HTTP and the queue are one call here. */
const PIPELINE_JOBS = 'pipeline POST /jobs/v1/jobs';

/** The one way into the ledger, whatever a job came by: signs a mandate for each action, and commits. */
export class Intake {
  constructor(
    private readonly database: WorkDatabase,
    private readonly signer: Signer,
    private readonly queues: Pick<Queues, 'wakeLanes'>,
    private readonly logger: Logger,
  ) {}

  /**
   * Answers the job's id when it is committed; a repeat answers the first one's.
   * @throws KeyReused, or whatever the database throws: nothing is half done then
   */
  async accept({ organization, idempotencyKey, job }: Offer): Promise<{ jobId: string }> {
    const id = randomUUID();
    const { userId, meetingId } = job;
    const claims = { org: organization, sub: userId, job: id, meeting: meetingId };
    const acceptance = await acceptJob(this.database, {
      id,
      organization,
      userId,
      meetingId,
      keyScope: PIPELINE_JOBS,
      idempotencyKey,
      bodyHash: createHash('sha256').update(canonicalJson(job)).digest('base64url'),
      correlationId: correlationId() ?? newCorrelationId(),
      actions: await Promise.all(job.actions.map((action) => this.mandated(action, claims))),
    });
    if (acceptance.kind === 'conflict') throw new KeyReused('This idempotency key came with another body before.');
    const { kind, jobId } = acceptance;
    this.logger.info({ kind, jobId, organization, userId, actions: job.actions.length }, 'job taken in');
    if (acceptance.kind === 'accepted' && !acceptance.held) {
      this.queues.wakeLanes([{ laneId: acceptance.laneId, fence: acceptance.fence }]);
    }
    return { jobId };
  }

  private async mandated(
    { id: key, tool, input, after }: JobRequest['actions'][number],
    job: Pick<MandateClaims, 'org' | 'sub' | 'job' | 'meeting'>,
  ): Promise<NewAction> {
    const id = randomUUID();
    const salt = randomBytes(16).toString('base64url');
    const claims: MandateClaims = { ...job, action: id, tool, input: inputHash(salt, input) };
    return {
      id,
      key,
      tool,
      inputJson: canonicalJson(input),
      salt,
      mandate: await this.signer.sign(claims, mandateJws),
      after: dependenciesOf({ input, after }),
    };
  }
}
