import type { Effect, Permission } from '@bliro/contract/policy';
import { judge, type LoggedReason, type ToolRule } from '../decision/evaluate.js';

/** A decision as it was logged: what can be judged again of it. */
export interface PastDecision {
  readonly tool: string;
  readonly userId: string;
  readonly meetingId: string | null;
  readonly actionId: string;
  readonly effect: Effect;
  readonly reason: LoggedReason;
  /** Null where the input had no form, or nothing was noted of it. */
  readonly columns: readonly string[] | null;
  readonly fits: boolean | null;
}

export interface RuleChange {
  readonly tool: string;
  readonly permission?: Permission | undefined;
  readonly fields?: readonly string[] | null | undefined;
}

export interface Otherwise {
  readonly past: PastDecision;
  readonly would: Effect;
}

/** Past decisions that would have another effect under these rules. What nothing was noted of keeps the answer it had. */
export function simulate(past: Iterable<PastDecision>, rules: ReadonlyMap<string, ToolRule>): Otherwise[] {
  const otherwise: Otherwise[] = [];
  for (const decision of past) {
    const rule = rules.get(decision.tool);
    if (rule === undefined || decision.fits === null) continue;
    const would = judge(rule, factsOf(decision), decision.reason === 'paused').effect;
    if (would !== decision.effect) otherwise.push({ past: decision, would });
  }
  return otherwise;
}

function factsOf({ columns, fits }: PastDecision) {
  return { columns: columns ?? undefined, mistake: fits === false && columns !== null ? 'It did not fit.' : undefined };
}
