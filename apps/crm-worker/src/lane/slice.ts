import type { TokenAnswer } from '@bliro/contract/auth';
import type { LaneAction, Lanes, Lease, Outcome } from '@bliro/ledger';
import { runWithCorrelation, type Logger } from '@bliro/observe';
import { randomUUID } from 'node:crypto';
import type { Authority, Decidable, Decided } from '../action/authority.js';
import { askOurs, CallsOver, Ended, isInterruption, LaneTrouble } from '../action/interruption.js';
import { outcomeOfDecision, outcomeOfRefusal } from '../action/outcomes.js';
import { perform } from '../action/perform.js';
import { Permit, type Access } from '../action/permit.js';
import { Run } from '../action/run.js';
import type { Definitions } from '../dynamics/definitions.js';

export interface SliceParts {
  authority: Authority;
  definitions: Definitions;
  logger: Logger;
  allowLocal: boolean;
  /** Monotonic milliseconds. */
  clock: () => number;
  /** Why this process may start no call; undefined where it may. */
  stopReason: () => string | undefined;
  /** Ends calls that are under way. */
  abort: AbortSignal;
}

const mostActions = 20;
const mostMs = 10_000;

/** A bounded piece of one lane's work: what it was given (token, decisions) is gone with it. */
export class Slice {
  #handled = 0;
  readonly #until: number;

  constructor(
    private readonly parts: SliceParts,
    private readonly lanes: Lanes,
    private readonly lease: Lease,
    /** False as soon as a renewal of the lease was refused. */
    private readonly holdsLane: () => boolean,
  ) {
    this.#until = parts.clock() + mostMs;
  }

  /** `used_up`: there may be more to do, later. Throws OwnOutage or LaneTrouble. */
  async run(): Promise<'done' | 'used_up'> {
    while (!this.#isOver()) {
      const actions = await askOurs('Postgres', () => this.lanes.next(this.lease, mostActions - this.#handled));
      if (actions.length > 0) await this.#runAll(actions);
      else if ((await askOurs('Postgres', () => this.lanes.release(this.lease))) === 'freed') return 'done';
    }
    return 'used_up';
  }

  #isOver(): boolean {
    return this.#handled >= mostActions || this.parts.clock() >= this.#until || this.#stopReason() !== undefined;
  }

  #stopReason(): string | undefined {
    return this.parts.stopReason() ?? (this.holdsLane() ? undefined : 'the lane is not ours any more');
  }

  async #runAll(actions: readonly LaneAction[]): Promise<void> {
    for (const action of actions.filter(({ cancelRequested }) => cancelRequested)) await this.#giveUp(action);
    const asked = actions
      .filter(({ cancelRequested }) => !cancelRequested)
      .map((action) => ({ action, decisionId: randomUUID() }));
    const askedAt = this.parts.clock();
    const decided = await this.parts.authority.decide(this.lease, asked);
    const tokens = new Map<string, Promise<TokenAnswer>>();
    for (const one of asked) {
      if (this.#isOver()) return;
      this.#handled += 1;
      await runWithCorrelation(one.action.correlationId, () => this.#runOne(one, decided, tokens, askedAt));
    }
  }

  /** It was sent and then cancelled: no call may tell any more what became of it. */
  async #giveUp(action: LaneAction): Promise<void> {
    this.#handled += 1;
    await this.#settle(action, { status: 'verifying', reason: 'outcome_unknown' });
  }

  async #runOne(
    asked: Decidable,
    decided: ReadonlyMap<string, Decided>,
    tokens: Map<string, Promise<TokenAnswer>>,
    askedAt: number,
  ): Promise<void> {
    const { decisionId } = asked;
    try {
      const access = await this.#accessOf(decided.get(decisionId), tokens);
      const renew = (): Promise<Access> => this.#renew(asked);
      const { clock } = this.parts;
      await this.#attempt(asked, new Permit({ clock, stopReason: () => this.#stopReason(), renew }, askedAt, access));
    } catch (error) {
      if (error instanceof Ended) await this.#settle(asked.action, error.outcome, { decisionId });
      else if (!(error instanceof CallsOver)) throw error;
    }
  }

  async #attempt(asked: Decidable, permit: Permit): Promise<void> {
    const { definitions, allowLocal, abort } = this.parts;
    const run = new Run({ ...asked, lanes: this.lanes, lease: this.lease, permit, definitions, allowLocal, abort });
    const outcome = await perform(run).catch((error: unknown) => this.#outcomeOfBug(run, error));
    const { action, decisionId } = asked;
    await this.#settle(action, outcome, { decisionId, ...(run.begun && { attemptId: run.attemptId }) });
  }

  /** A mistake of ours may be gone with the next version; what it may have done is looked at before anything else. */
  #outcomeOfBug(run: Run, error: unknown): Outcome {
    if (isInterruption(error)) throw error;
    this.parts.logger.error({ err: error, actionId: run.action.id }, 'an action met a mistake of ours');
    const doubtful = run.begun && !run.action.tool.startsWith('read_');
    return { status: doubtful ? 'verifying' : 'retrying', reason: 'internal_error', nextAttemptInMs: 30_000 };
  }

  /** Throws Ended where the decision or the token's refusal ends this attempt. */
  async #accessOf(decided: Decided | undefined, tokens: Map<string, Promise<TokenAnswer>>): Promise<Access> {
    if (decided === undefined) throw new LaneTrouble('an action was left without a decision');
    const { decision, grant } = decided;
    const ended = outcomeOfDecision(decision);
    if (ended !== undefined) throw new Ended(ended);
    if (grant === undefined) throw new LaneTrouble('policy-service allowed without a grant');
    const answer = tokens.get(grant) ?? this.parts.authority.token(this.lease, grant);
    tokens.set(grant, answer);
    const { given, refused } = await answer;
    if (given !== undefined) return { decision, token: given };
    const refusal = refused && outcomeOfRefusal(refused);
    if (refusal === undefined) throw new LaneTrouble('auth-service did not accept the grant');
    throw new Ended(refusal);
  }

  /** Asks the ledger, policy-service and auth-service again, under the same decision id. */
  async #renew(asked: Decidable): Promise<Access> {
    const holds = await askOurs('Postgres', () => this.lanes.holds(this.lease, asked.action.id));
    if (!holds) throw new CallsOver('the lane or the action is not ours any more');
    const decided = await this.parts.authority.decide(this.lease, [asked]);
    return this.#accessOf(decided.get(asked.decisionId), new Map());
  }

  async #settle(
    { id: actionId, jobId, tool }: LaneAction,
    outcome: Outcome,
    ids: { decisionId?: string; attemptId?: string } = {},
  ): Promise<void> {
    const written = await askOurs('Postgres', () => this.lanes.settle(this.lease, { actionId, outcome, ...ids }));
    const { status } = outcome;
    const reason = 'reason' in outcome ? outcome.reason : undefined;
    const { organization } = this.lease;
    this.parts.logger.info(
      { organization, jobId, actionId, tool, status, reason, ...ids, written },
      'an action was attempted',
    );
  }
}
