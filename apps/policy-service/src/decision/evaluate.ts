import { inputForms, type CreateInput, type ReadInput, type UpdateInput } from '@bliro/contract/crm';
import type { Effect, Operation, Permission } from '@bliro/contract/policy';
import { checkValue } from '../shape/check-value.js';
import type { ColumnShape } from '../shape/shape.js';

/** A tool as one organization has it at one revision. */
export interface DecidableTool {
  readonly operation: Operation;
  readonly permission: Permission;
  readonly columns: Readonly<Record<string, ColumnShape>>;
  readonly fields: ReadonlySet<string>;
  /** The fields are all that the operation can take, by an administrator's explicit act. */
  readonly allFields: boolean;
}

/** What the decision log says; outside, the first two are one. */
export const loggedReasons = [
  'tool_unknown',
  'tool_denied',
  'field_not_allowed',
  'input_invalid',
  'paused',
  'asked',
  'allowed',
  'mandate_refused',
] as const;
export type LoggedReason = (typeof loggedReasons)[number];

export interface Verdict {
  readonly effect: Effect;
  readonly reason: LoggedReason;
  /** A sentence for people. It may name columns, never a value. */
  readonly message: string;
}

/** What an input is, whatever the policy says of it: enough to judge again without it, and no value. */
export interface InputFacts {
  /** Every column that it names; undefined where it isn't of the form that the tool takes. */
  readonly columns: readonly string[] | undefined;
  /** The first value that its column does not take, as a sentence. */
  readonly mistake?: string | undefined;
}

/** What an organization decided of a tool. */
export type ToolRule = Pick<DecidableTool, 'permission' | 'columns' | 'fields'>;

type Named = readonly (readonly [column: string, value: unknown])[];

const notAvailable = 'This tool is not available.';

/** Decides one call; `judge` says in which order. */
export function evaluate(tool: DecidableTool | undefined, input: unknown, paused: boolean): Verdict {
  if (tool === undefined) return judge(undefined, { columns: undefined }, paused);
  return judge(tool, examine(tool, input), paused);
}

export function examine(
  { operation, columns }: Pick<DecidableTool, 'operation' | 'columns'>,
  input: unknown,
): InputFacts {
  const named = namedColumns(operation, input);
  return { columns: named?.map(([column]) => column), mistake: named && mistakeIn(columns, named) };
}

/**
 * In this order: unknown tool, deny, field list, input, pause, ask, allow. The first that applies is the answer, so that a denied
 * tool says the same as an unknown one whatever the input is.
 */
export function judge(tool: ToolRule | undefined, facts: InputFacts, paused: boolean): Verdict {
  if (tool === undefined) return { effect: 'deny', reason: 'tool_unknown', message: notAvailable };
  if (tool.permission === 'deny') return { effect: 'deny', reason: 'tool_denied', message: notAvailable };
  const { columns: named, mistake } = facts;
  const foreign = named?.filter((column) => !tool.fields.has(column) || !Object.hasOwn(tool.columns, column)) ?? [];
  if (foreign.length > 0) {
    return { effect: 'deny', reason: 'field_not_allowed', message: `The tool does not take ${listed(foreign)}.` };
  }
  if (named === undefined) return { effect: 'deny', reason: 'input_invalid', message: wrongForm };
  if (mistake !== undefined) return { effect: 'deny', reason: 'input_invalid', message: mistake };
  return permit(tool.permission, paused);
}

const wrongForm = 'The input does not have the form that the tool takes.';

function mistakeIn(columns: DecidableTool['columns'], named: Named): string | undefined {
  for (const [column, value] of named) {
    const shape = Object.hasOwn(columns, column) ? columns[column] : undefined;
    const mistake = shape === undefined || value === undefined ? undefined : checkValue(shape, value);
    if (mistake !== undefined) return `The column "${column}" ${mistake}.`;
  }
  return undefined;
}

function permit(permission: Exclude<Permission, 'deny'>, paused: boolean): Verdict {
  if (paused) return { effect: 'wait', reason: 'paused', message: 'This work is paused.' };
  if (permission === 'ask') return { effect: 'ask', reason: 'asked', message: 'The user has to approve this action.' };
  return { effect: 'allow', reason: 'allowed', message: 'The tool is allowed.' };
}

/** Every column that an input names, with its value where it has one; undefined where the input is of another form. */
function namedColumns(operation: Operation, input: unknown): Named | undefined {
  const parsed = inputForms[operation].safeParse(input);
  if (!parsed.success) return undefined;
  const form: CreateInput | UpdateInput | ReadInput = parsed.data;
  if ('fields' in form) return Object.entries(form.fields);
  const columns = (form.columns ?? []).map((column) => [column, undefined] as const);
  return 'where' in form ? [...Object.entries(form.where), ...columns] : columns;
}

function listed(columns: readonly string[]): string {
  const shown = [...new Set(columns)].slice(0, 10).map((column) => `"${column}"`);
  return `the column${shown.length === 1 ? '' : 's'} ${shown.join(', ')}`;
}
