import { z } from 'zod';

/** `data` of `connection.changed`: subject is the connection's id, subjectVersion its version. */
export const connectionChanged = z.object({
  userId: z.string(),
  status: z.string(),
  reason: z.string().optional(),
});
