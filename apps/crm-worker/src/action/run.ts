import type { TokenGiven } from '@bliro/contract/auth';
import { parseToolKey, type Decision } from '@bliro/contract/policy';
import type { DataverseFailure, DataverseResult, TableDefinition } from '@bliro/dataverse';
import { createDataverse, type Dataverse } from '@bliro/dataverse';
import type { Lanes, LaneAction, Lease, NewAttempt, Outcome } from '@bliro/ledger';
import { randomUUID } from 'node:crypto';
import { Definitions } from '../dynamics/definitions.js';
import type { EntitySets } from '../dynamics/lookups.js';
import { recordUrl } from '../dynamics/record-url.js';
import { askOurs, CallsOver, Ended } from './interruption.js';
import { outcomeOfFailure, suggestsOtherDefinition } from './outcomes.js';
import type { Permit } from './permit.js';

export interface RunParts {
  lanes: Lanes;
  lease: Lease;
  action: LaneAction;
  decisionId: string;
  permit: Permit;
  definitions: Definitions;
  allowLocal: boolean;
  /** Ends calls that are under way, when this process must go. */
  abort: AbortSignal;
}

/** One attempt at one action: what its operation needs of the ledger and of Dataverse. */
export class Run {
  readonly attemptId = randomUUID();
  readonly dataverse: Dataverse;
  readonly table: string;
  /** The action is `running` in the ledger under `attemptId`. */
  begun = false;
  #askedForTokenAgain = false;
  #cachedDefinition = false;

  constructor(readonly parts: RunParts) {
    const { permit, action, allowLocal, abort } = parts;
    this.table = parseToolKey(action.tool).table;
    this.dataverse = createDataverse({
      apiUrl: this.token.apiUrl,
      accessToken: () => this.token.accessToken,
      correlationId: action.correlationId,
      requestId: this.attemptId,
      signal: abort,
      permission: permit,
      allowLocal,
    });
  }

  get action(): LaneAction {
    return this.parts.action;
  }

  get token(): TokenGiven {
    return this.parts.permit.access.token;
  }

  get decision(): Decision {
    return this.parts.permit.access.decision;
  }

  /** With the record that the action made, changed or found, where it is one. */
  succeeded(id?: string): Extract<Outcome, { status: 'succeeded' }> {
    if (id === undefined) return { status: 'succeeded' };
    return {
      status: 'succeeded',
      record: { table: this.table, id, url: recordUrl(this.token.environmentUrl, this.table, id) },
    };
  }

  /** Makes a call; a token that isn't accepted is asked for again, once. */
  async call<T>(send: () => Promise<DataverseResult<T>>): Promise<DataverseResult<T>> {
    const answer = await send();
    if (answer.ok || answer.failure.status !== 401 || answer.failure.claims !== undefined) return answer;
    if (this.#askedForTokenAgain) return answer;
    this.#askedForTokenAgain = true;
    this.parts.permit.expire();
    return send();
  }

  /** Throws Ended with what a failure makes of the action, before anything was sent for it. */
  valueOrEnd<T>(answer: DataverseResult<T>): T {
    if (answer.ok) return answer.value;
    throw new Ended(this.outcomeOf(answer.failure));
  }

  outcomeOf(failure: DataverseFailure): Outcome {
    const outcome = outcomeOfFailure(failure, this.action.attempts + 1);
    return suggestsOtherDefinition(failure) ? this.unlessOutOfDate(outcome) : outcome;
  }

  /** The outcome, or another attempt with a new definition where the one that led to it may be out of date. */
  unlessOutOfDate(outcome: Outcome): Outcome {
    if (!this.#cachedDefinition) return outcome;
    this.parts.definitions.forget(this.token.apiUrl, this.table);
    const message = 'The table may have changed in Dynamics; it is looked at again.';
    return { status: 'retrying', reason: 'definition_changed', nextAttemptInMs: 0, message };
  }

  async definition(): Promise<TableDefinition> {
    const { answer, cached } = await this.parts.definitions.table(this.token.apiUrl, this.dataverse, this.table);
    this.#cachedDefinition = cached;
    return this.valueOrEnd(answer);
  }

  async entitySets(tables: readonly string[]): Promise<EntitySets> {
    const { definitions } = this.parts;
    const sets: [string, string][] = [];
    for (const table of tables) {
      const { answer } = await definitions.entitySet(this.token.apiUrl, this.dataverse, table);
      sets.push([table, this.valueOrEnd(answer)]);
    }
    return Object.fromEntries(sets);
  }

  /** Stores the attempt; from here on the action is `running`. Throws CallsOver where the ledger forbids it. */
  async begin(more: Pick<NewAttempt, 'operation' | 'recordId' | 'etag' | 'before'>): Promise<void> {
    const { lanes, lease, action, decisionId } = this.parts;
    const { environmentId, tenantId, subject, connectionVersion } = this.token;
    const attempt = { id: this.attemptId, actionId: action.id, decisionId, table: this.table, ...more };
    const begun = await askOurs('Postgres', () =>
      lanes.begin(lease, { ...attempt, environmentId, tenantId, subject, connectionVersion }),
    );
    if (!begun) throw new CallsOver('the ledger does not let this attempt begin');
    this.begun = true;
  }
}
