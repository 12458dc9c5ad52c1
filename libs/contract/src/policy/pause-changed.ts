import { z } from 'zod';

/** `data` of the event `pause.changed`; `id` is the tool's key or the user, empty for the organization. */
export const pauseChanged = z.object({
  scope: z.enum(['organization', 'tool', 'user']),
  id: z.string(),
  paused: z.boolean(),
});
export type PauseChanged = z.infer<typeof pauseChanged>;
