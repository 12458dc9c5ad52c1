import type { DecideReply, DecideRequest, Decision, DecisionReason, Purpose, Question } from '@bliro/contract/policy';
import { belongsTo, newCorrelationId, runWithCorrelation, type Logger } from '@bliro/observe';
import { DecisionLog, type DecisionEntry } from './decision-log.js';
import { examine, judge, type DecidableTool, type InputFacts, type LoggedReason, type Verdict } from './evaluate.js';
import { Grants } from './grants.js';
import { Mandates, type Believed } from './mandate.js';
import { confirmedWithinMs, PolicySnapshots } from './policy-snapshots.js';

interface Decided {
  question: Question;
  verdict: Verdict;
  revision: number;
  tool?: DecidableTool;
  believed?: Believed;
  facts?: InputFacts | undefined;
}

/** Decides what is asked with mandates: verified, evaluated on a confirmed policy, logged, and only then answered. */
export class Decisions {
  constructor(
    private readonly mandates: Mandates,
    private readonly snapshots: PolicySnapshots,
    private readonly log: DecisionLog,
    private readonly grants: Grants,
    private readonly logger: Logger,
  ) {}

  /** Rejects when keys, policy or log are out of reach: then nothing of the request is decided. */
  async decide({ purpose, questions }: DecideRequest): Promise<DecideReply> {
    const arrived = performance.now();
    const decided = await Promise.all(questions.map((question) => this.decideTraced(question, arrived)));
    await this.log.record(decided.map((one) => logEntry(one, purpose)));
    const allowed = decided.flatMap(({ question, verdict, believed }) =>
      verdict.effect === 'allow' && believed !== undefined ? [allowance(question, believed)] : [],
    );
    return { decisions: decided.map(answer), grants: await this.grants.sign(purpose, allowed) };
  }

  /** One request asks for actions of several jobs: what is logged of each goes under its own job's correlation id. */
  private decideTraced(question: Question, arrived: number): Promise<Decided> {
    return runWithCorrelation(newCorrelationId(question.correlationId), async () => {
      const decided = await this.decideOne(question, arrived);
      const { believed, verdict } = decided;
      const { job, action, tool } = believed?.claims ?? {};
      const { effect, reason } = verdict;
      this.logger.info({ decisionId: question.decisionId, job, action, tool, effect, reason }, 'decided');
      return decided;
    });
  }

  private async decideOne(question: Question, arrived: number): Promise<Decided> {
    const checked = await this.mandates.check(question);
    if ('refused' in checked) {
      this.logger.warn({ decisionId: question.decisionId, refused: checked.refused }, 'a mandate was refused');
      return { question, revision: 0, verdict: notBelieved(checked.refused) };
    }
    belongsTo(checked.claims.org);
    const decided = await this.decideAsOf(arrived, question, checked);
    // A denial is the end of an action: it is never said on what was so a moment before the question came.
    return decided.verdict.effect === 'deny'
      ? this.decideAsOf(arrived + confirmedWithinMs, question, checked)
      : decided;
  }

  private async decideAsOf(arrived: number, question: Question, believed: Believed): Promise<Decided> {
    const policy = await this.snapshots.confirmed(believed.claims.org, arrived);
    const { sub: userId, tool: key } = believed.claims;
    const tool = policy.tool(key);
    const facts = tool && examine(tool, believed.input);
    const verdict = judge(tool, facts ?? { columns: undefined }, policy.isPaused(key, userId));
    return { question, verdict, facts, revision: policy.revision, believed, ...(tool && { tool }) };
  }
}

function notBelieved(why: string): Verdict {
  return { effect: 'deny', reason: 'mandate_refused', message: `The mandate of this action was refused (${why}).` };
}

function allowance({ decisionId }: Question, { claims }: Believed) {
  return { organization: claims.org, userId: claims.sub, decisionId, action: claims.action };
}

function logEntry({ question, verdict, revision, believed, facts }: Decided, purpose: Purpose): DecisionEntry {
  const claims = believed?.claims;
  return {
    id: question.decisionId,
    organization: claims?.org ?? null,
    userId: claims?.sub ?? null,
    job: claims?.job ?? null,
    action: claims?.action ?? null,
    tool: claims?.tool ?? null,
    purpose,
    effect: verdict.effect,
    reason: verdict.reason,
    revision,
    inputHash: claims?.input ?? null,
    ...loggedFacts(facts),
    meeting: claims?.meeting ?? null,
    correlationId: question.correlationId || null,
  };
}

function answer({ question, verdict, revision, tool }: Decided): Decision {
  // Of a tool that is not available nothing is told, so that a denied one looks like one that doesn't exist.
  const available = tool !== undefined && tool.permission !== 'deny';
  return {
    decisionId: question.decisionId,
    effect: verdict.effect,
    reason: outwardReason(verdict.reason),
    message: verdict.message,
    revision,
    fields: available ? [...tool.fields] : [],
    allFields: available && tool.allFields,
  };
}

export function loggedFacts(facts: InputFacts | undefined): Pick<DecisionEntry, 'columns' | 'fits'> {
  if (facts?.columns === undefined) return { columns: null, fits: facts === undefined ? null : false };
  return { columns: [...new Set(facts.columns)], fits: facts.mistake === undefined };
}

export function outwardReason(reason: LoggedReason): DecisionReason {
  return reason === 'tool_unknown' || reason === 'tool_denied' ? 'tool_not_available' : reason;
}
