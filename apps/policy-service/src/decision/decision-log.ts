import { Injectable } from '@nestjs/common';
import type { Effect, Purpose } from '@bliro/contract/policy';
import { WorkDatabase } from '../database.js';
import type { LoggedReason } from './evaluate.js';
import { inBatches } from './in-batches.js';

/** `question`: a person or an agent asked what would be decided; nothing is done on the answer. */
export type LoggedPurpose = Purpose | 'question';

export interface DecisionEntry {
  id: string;
  /** Null, like all that a mandate says, where the mandate was refused: then nothing of it is believed. */
  organization: string | null;
  userId: string | null;
  job: string | null;
  action: string | null;
  tool: string | null;
  purpose: LoggedPurpose;
  effect: Effect;
  reason: LoggedReason;
  revision: number;
  inputHash: string | null;
  /** Columns that the input named, never a value; null where it has no form or nothing can be said of it. */
  columns: readonly string[] | null;
  /** Whether the columns take the values. */
  fits: boolean | null;
  meeting: string | null;
  correlationId: string | null;
}

/**
 * A question asked again under its id adds a row only where the answer is another than the last one. The table's unique key keeps two
 * replicas from both adding the same answer at the same moment; it counts on whatever changes an answer also making a new revision.
 */
const insertSql = `
  insert into decision (id, organization, user_id, job, action, tool, purpose, effect, reason, revision, input_hash,
    columns, fits, meeting, correlation_id)
  select new.id, new.organization, new."userId", new.job, new.action, new.tool, new.purpose, new.effect, new.reason, new.revision,
    new."inputHash", new.columns, new.fits, new.meeting, new."correlationId"
  from jsonb_to_recordset($1::jsonb) as new(
    id uuid, organization text, "userId" text, job uuid, action uuid, tool text, purpose text, effect text, reason text,
    revision bigint, "inputHash" text, columns text[], fits boolean, meeting text, "correlationId" text)
  where not exists (
    select from (
      select last.effect, last.reason from decision as last
      where last.id = new.id and last.organization is not distinct from new.organization
        and last.action is not distinct from new.action and last.purpose = new.purpose
      order by last.position desc limit 1) as last
    where last.effect = new.effect and last.reason = new.reason)
  on conflict do nothing`;

/** Every decision, before it is answered. */
@Injectable()
export class DecisionLog {
  private readonly write = inBatches<DecisionEntry[], true>((calls) => this.insert(calls), 50);

  constructor(private readonly database: WorkDatabase) {}

  /** Resolves when the entries are durable; calls at the same time share one statement. */
  async record(entries: DecisionEntry[]): Promise<void> {
    await this.write(entries);
  }

  private async insert(calls: DecisionEntry[][]): Promise<true[]> {
    await this.database.query(insertSql, [JSON.stringify(calls.flat())]);
    return calls.map(() => true);
  }
}
