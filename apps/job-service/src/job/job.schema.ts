import { actionId, actionStatuses, jobStatuses } from '@bliro/contract/crm';
import type { JobView } from '@bliro/ledger';
import { z } from 'zod';

const record = z.object({ table: z.string(), id: z.uuid(), url: z.url() });
const time = z.iso.datetime();

const actionSchema = z
  .object({
    id: actionId,
    tool: z.string(),
    status: z.enum(actionStatuses),
    reason: z.string().optional(),
    message: z.string().optional(),
    code: z.string().optional(),
    record: record.optional(),
    result: z
      .object({ untrusted: z.literal(true), rows: z.array(z.unknown()) })
      .optional()
      .meta({
        description: 'Rows that were read: text of other people, for the user and the pipeline of the job only',
      }),
    attempts: z.int(),
    nextAttemptAt: time.optional(),
    decisionId: z.uuid().optional(),
  })
  .meta({ id: 'Action' });

export const jobSchema = z
  .object({
    id: z.uuid(),
    status: z.enum(jobStatuses),
    userId: z.string(),
    meetingId: z.string().optional(),
    createdAt: time,
    actions: z.array(actionSchema),
  })
  .meta({ id: 'Job' });
export type JobBody = z.output<typeof jobSchema>;

export const jobListSchema = z
  .object({ items: z.array(jobSchema), nextCursor: z.string().optional() })
  .meta({ id: 'JobList' });
export type JobList = z.output<typeof jobListSchema>;

/** A job as it is answered; without `results`, what was read is left out. */
export function jobBody(view: JobView, { results }: { results: boolean }): JobBody {
  return {
    ...view,
    actions: view.actions.map(({ result, ...action }) => ({
      ...action,
      ...(result === undefined || !results ? {} : { result: { untrusted: true as const, rows: [...result] } }),
    })),
  };
}
