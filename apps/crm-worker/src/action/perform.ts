import { inputForms } from '@bliro/contract/crm';
import { parseToolKey } from '@bliro/contract/policy';
import type { Outcome } from '@bliro/ledger';
import { InputMistake } from '../dynamics/input-mistake.js';
import { runCreate } from './create.js';
import { Ended, isInterruption } from './interruption.js';
import { environmentChanged, sameTarget } from './permit.js';
import { runRead } from './read.js';
import type { Run } from './run.js';
import { runUpdate } from './update.js';

/**
 * Carries a decided action out and answers what became of it. Throws an interruption where nothing was sent and nothing has to be
 * written down.
 */
export async function perform(run: Run): Promise<Outcome> {
  const { boundTo } = run.action;
  if (boundTo !== undefined && !sameTarget(boundTo, run.token)) return environmentChanged;
  try {
    return await operate(run);
  } catch (error) {
    return outcomeOfError(run, error);
  }
}

function operate(run: Run): Promise<Outcome> {
  const { tool, inputJson } = run.action;
  const input: unknown = JSON.parse(inputJson);
  switch (parseToolKey(tool).operation) {
    case 'create':
      return runCreate(run, inputForms.create.parse(input));
    case 'update':
      return runUpdate(run, inputForms.update.parse(input));
    case 'read':
      return runRead(run, inputForms.read.parse(input));
  }
}

/** Only a call's own answer may say that something took effect: errors come from before it was sent. */
function outcomeOfError(run: Run, error: unknown): Outcome {
  if (error instanceof Ended) return error.outcome;
  if (error instanceof InputMistake) {
    return run.unlessOutOfDate({ status: 'failed', reason: 'input_invalid', message: error.message });
  }
  if (!run.begun || !isInterruption(error)) throw error;
  const message = 'The call was not made; it follows as soon as it can.';
  return { status: 'retrying', reason: 'interrupted', nextAttemptInMs: 0, message };
}
