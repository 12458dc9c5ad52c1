import { toolKey } from '@bliro/contract/policy';
import { z } from 'zod';
import { namedPageQuery } from '../paging.js';
import { comment, words } from '../tool/tool.schema.js';

export const pauseScopes = ['organization', 'tool', 'user'] as const;
export type PauseScope = (typeof pauseScopes)[number];

/** The body of `PUT pause` and `DELETE pause`. */
export const pauseBody = z
  .strictObject({
    scope: z.enum(pauseScopes),
    id: words(200).optional().meta({ description: "The tool's key or the user; without it, a user means themselves" }),
    comment,
  })
  .superRefine(({ scope, id }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['id'], message });
    if (scope === 'organization' && id !== undefined) refuse('the organization is that of the token');
    if (scope === 'tool' && !toolKey.safeParse(id).success) refuse('expected the key of a tool, e.g. update_lead');
  })
  .meta({ id: 'PauseBody' });
export type PauseBody = z.output<typeof pauseBody>;

export const pauseView = z
  .object({
    scope: z.enum(pauseScopes),
    id: z.string().optional(),
    own: z.boolean().meta({ description: 'By the user, for their own work: they may end it themselves' }),
    comment: z.string().optional(),
    pausedAt: z.iso.datetime(),
    pausedBy: z.string(),
  })
  .meta({ id: 'Pause' });
export type PauseView = z.output<typeof pauseView>;

export const pauseList = z
  .object({ items: z.array(pauseView), nextCursor: z.string().optional() })
  .meta({ id: 'PauseList' });
export type PauseList = z.output<typeof pauseList>;

export const pauseQuery = z.strictObject({ scope: z.enum(pauseScopes).optional(), ...namedPageQuery({ default: 50 }) });
export type PauseQuery = z.output<typeof pauseQuery>;
