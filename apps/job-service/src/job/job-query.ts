import { hostId, jobStatuses } from '@bliro/contract/crm';
import type { JobPlace } from '@bliro/ledger';
import { z } from 'zod';

const MICROSECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const place = z.tuple([
  z
    .string()
    .regex(MICROSECONDS)
    .refine((at) => !Number.isNaN(Date.parse(at))),
  z.uuid(),
]);

const cursor = z
  .string()
  .max(200)
  .transform((text, context): JobPlace => {
    const parsed = place.safeParse(decoded(text));
    if (parsed.success) return { at: parsed.data[0], id: parsed.data[1] };
    context.addIssue({ code: 'custom', message: 'not a cursor of this list' });
    return z.NEVER;
  });

export const jobQuery = z.strictObject({
  meetingId: hostId.optional(),
  userId: hostId.optional(),
  status: z.enum(jobStatuses).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: cursor.optional(),
});
export type JobQuery = z.output<typeof jobQuery>;

export const cursorOf = ({ at, id }: JobPlace): string => Buffer.from(JSON.stringify([at, id])).toString('base64url');

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
