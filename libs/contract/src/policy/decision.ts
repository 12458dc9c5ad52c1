import { z } from 'zod';

export const purposes = ['run', 'verify', 'prepare'] as const;
export type Purpose = (typeof purposes)[number];

export const effects = ['allow', 'ask', 'deny', 'wait'] as const;
export type Effect = (typeof effects)[number];

/** Outside, a denied tool and an unknown one are both `tool_not_available`; the decision log keeps them apart. */
export const decisionReasons = [
  'allowed',
  'asked',
  'tool_not_available',
  'field_not_allowed',
  'input_invalid',
  'paused',
  'mandate_refused',
] as const;
export type DecisionReason = (typeof decisionReasons)[number];

export const question = z.object({
  decisionId: z.uuid(),
  mandate: z.string().min(1),
  salt: z.string().min(1),
  inputJson: z.string().min(2),
  correlationId: z.string().max(100),
});
export const decideRequest = z.object({ purpose: z.enum(purposes), questions: z.array(question).min(1).max(200) });

export const decision = z.object({
  decisionId: z.uuid(),
  effect: z.enum(effects),
  reason: z.enum(decisionReasons),
  message: z.string(),
  revision: z.number().int(),
  fields: z.array(z.string()),
  allFields: z.boolean(),
});
export const decideReply = z.object({
  decisions: z.array(decision),
  grants: z.array(z.object({ organization: z.string(), userId: z.string(), grant: z.string() })),
});

export type Question = z.infer<typeof question>;
export type DecideRequest = z.infer<typeof decideRequest>;
export type Decision = z.infer<typeof decision>;
export type DecideReply = z.infer<typeof decideReply>;
