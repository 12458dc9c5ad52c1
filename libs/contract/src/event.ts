import { z } from 'zod';

export const eventsSinceRequest = z.object({
  cursor: z.string().regex(/^\d{1,19}$/),
  limit: z.number().int().min(1).max(1000),
});
/** A fact as it crosses a process boundary; `dataJson` holds ids and states, never a secret or what people wrote. */
export const event = z.object({
  id: z.uuid(),
  organization: z.string(),
  type: z.string(),
  subject: z.string(),
  subjectVersion: z.number().int(),
  correlationId: z.string().optional(),
  dataJson: z.string(),
  at: z.iso.datetime(),
});
export const eventsSinceReply = z.object({ events: z.array(event), cursor: z.string() });

export type EventsSinceRequest = z.infer<typeof eventsSinceRequest>;
export type Event = z.infer<typeof event>;
export type EventsSinceReply = z.infer<typeof eventsSinceReply>;
