import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { inputHash } from '@bliro/contract/crm';
import { decisionReasons, effects, toolKey } from '@bliro/contract/policy';
import type { Caller } from '@bliro/http';
import { correlationId } from '@bliro/observe';
import { z } from 'zod';
import { DecisionLog } from './decision-log.js';
import { loggedFacts, outwardReason } from './decisions.js';
import { examine, judge, loggedReasons, type LoggedReason } from './evaluate.js';
import { PolicySnapshots } from './policy-snapshots.js';

export const inquiry = z
  .strictObject({
    actions: z
      .array(z.strictObject({ tool: toolKey, input: z.unknown() }))
      .min(1)
      .max(100),
  })
  .meta({ id: 'Inquiry' });
export type Inquiry = z.output<typeof inquiry>;

/** The order in which a decision is looked for; the first that applies is the answer. */
export const decisionOrder = ['known_tool', 'not_denied', 'fields', 'input', 'pause', 'ask', 'allow'] as const;
const decidedBy: Record<Exclude<LoggedReason, 'mandate_refused'>, (typeof decisionOrder)[number]> = {
  tool_unknown: 'known_tool',
  tool_denied: 'not_denied',
  field_not_allowed: 'fields',
  input_invalid: 'input',
  paused: 'pause',
  asked: 'ask',
  allowed: 'allow',
};

export const answers = z
  .object({
    items: z.array(
      z.object({
        tool: z.string(),
        effect: z.enum(effects),
        reason: z.enum(decisionReasons),
        message: z.string(),
        why: z
          .object({
            reason: z.enum(loggedReasons),
            revision: z.int(),
            decidedBy: z.enum(decisionOrder),
            steps: z.array(
              z.object({ step: z.enum(decisionOrder), outcome: z.enum(['passed', 'decided', 'not_reached']) }),
            ),
          })
          .optional()
          .meta({ description: 'For administrators: which step decided, in the order in which they are taken' }),
      }),
    ),
  })
  .meta({ id: 'InquiryAnswers' });
export type Answers = z.output<typeof answers>;

/** What would be decided now for the caller. It is logged like every decision, and nothing can be done with it. */
@Injectable()
export class Inquiries {
  constructor(
    private readonly snapshots: PolicySnapshots,
    private readonly log: DecisionLog,
  ) {}

  async ask({ organization, userId, roles }: Caller, { actions }: Inquiry): Promise<Answers> {
    const policy = await this.snapshots.current(organization);
    const { revision } = policy;
    const decided = actions.map(({ tool: key, input }) => {
      const tool = policy.tool(key);
      const facts = tool && examine(tool, input);
      return { key, input, facts, verdict: judge(tool, facts ?? { columns: undefined }, policy.isPaused(key, userId)) };
    });
    await this.log.record(
      decided.map(({ key, input, facts, verdict: { effect, reason } }) => ({
        id: randomUUID(),
        organization,
        userId,
        job: null,
        action: null,
        tool: key,
        purpose: 'question',
        effect,
        reason,
        revision,
        inputHash: inputHash(randomBytes(16).toString('base64url'), input ?? null),
        ...loggedFacts(facts),
        meeting: null,
        correlationId: correlationId() ?? null,
      })),
    );
    const isAdmin = roles.includes('admin');
    const items = decided.map(({ key, verdict: { effect, reason, message } }) => {
      const why = isAdmin ? { why: explained(reason, revision) } : {};
      return { tool: key, effect, reason: outwardReason(reason), message, ...why };
    });
    return { items };
  }
}

function explained(reason: LoggedReason, revision: number): NonNullable<Answers['items'][number]['why']> {
  const step = reason === 'mandate_refused' ? 'known_tool' : decidedBy[reason];
  const at = decisionOrder.indexOf(step);
  const steps = decisionOrder.map((name, index) => {
    return { step: name, outcome: index < at ? 'passed' : index === at ? 'decided' : 'not_reached' } as const;
  });
  return { reason, revision, decidedBy: step, steps };
}
