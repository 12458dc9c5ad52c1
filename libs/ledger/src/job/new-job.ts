import { parseToolKey } from '@bliro/contract/policy';
import { z } from 'zod';
import { targetOf } from '../action/dependants.js';

export interface NewAction {
  id: string;
  /** Its id in the request, unique in the job. */
  key: string;
  tool: string;
  /** Canonical JSON. */
  inputJson: string;
  salt: string;
  mandate: string;
  /** Keys of the actions that must have succeeded first, those of `fromAction` included. */
  after: readonly string[];
}

export interface NewJob {
  id: string;
  organization: string;
  userId: string;
  meetingId: string;
  /** Caller and call that the idempotency key belongs to. */
  keyScope: string;
  idempotencyKey: string;
  bodyHash: string;
  correlationId: string;
  actions: readonly NewAction[];
}

export interface ActionRowValues {
  id: string;
  position: string;
  status: 'queued' | 'waiting';
  target: string | null;
  key: string;
  tool: string;
  after: string[];
  mandate: string;
  salt: string;
  body: string;
}

const updateInput = z.object({ id: z.union([z.string(), z.object({ fromAction: z.string() })]) });

/** Positions end with `accepted`, the lane's last one. What comes after another action, or after another write to its record, waits. */
export function actionRows(job: NewJob, accepted: string): ActionRowValues[] {
  const ids = new Map(job.actions.map((action) => [action.key, action.id]));
  const first = BigInt(accepted) - BigInt(job.actions.length) + 1n;
  const written = new Set<string>();
  return job.actions.map((action, index) => {
    const target = targetOfAction(action, ids);
    const waits = action.after.length > 0 || (target !== null && written.has(target));
    if (target !== null) written.add(target);
    return {
      id: action.id,
      position: String(first + BigInt(index)),
      status: waits ? 'waiting' : 'queued',
      target,
      key: action.key,
      tool: action.tool,
      after: action.after.map((key) => idOf(ids, key)),
      mandate: action.mandate,
      salt: action.salt,
      body: action.inputJson,
    };
  });
}

function targetOfAction(action: NewAction, ids: ReadonlyMap<string, string>): string | null {
  const { operation, table } = parseToolKey(action.tool);
  if (operation !== 'update') return null;
  const { id } = updateInput.parse(JSON.parse(action.inputJson));
  return targetOf(table, typeof id === 'string' ? { id } : { fromAction: idOf(ids, id.fromAction) });
}

function idOf(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new TypeError(`There is no action ${key} in this job.`);
  return id;
}
