import { describe, expect, it } from '@jest/globals';
import { operations, permissions, type Operation, type Permission } from '@bliro/contract/policy';
import { optIn, readOnly, rowId, text, lookup } from '../shape/columns.js';
import { expected } from '../fixture/reference-model.js';
import { evaluate, type DecidableTool } from './evaluate.js';

const columns = {
  taskid: rowId('Task'),
  subject: text('Subject', 10),
  account: lookup('Account', 'account'),
  createdby: readOnly(text('Created By', 10)),
  secret: optIn(text('Secret', 10)),
};
const id = '0f8fad5b-d9cb-469f-a165-70867728950e';

const tool = (operation: Operation, permission: Permission, more: Partial<DecidableTool> = {}): DecidableTool => ({
  operation,
  permission,
  columns,
  fields: new Set(['taskid', 'subject', 'account']),
  allFields: false,
  ...more,
});

/** Inputs by what is wrong with them; each is one that every operation could be given. */
const inputs: Record<Operation, Record<'fits' | 'foreign' | 'foreign and wrong' | 'wrong' | 'formless', unknown>> = {
  create: {
    fits: { fields: { subject: 'x' } },
    foreign: { fields: { subject: 'x', secret: 'x' } },
    'foreign and wrong': { fields: { subject: 5, secret: 'x' } },
    wrong: { fields: { subject: 5 } },
    formless: { id },
  },
  update: {
    fits: { id, fields: { subject: null } },
    foreign: { id, fields: { secret: 'x' } },
    'foreign and wrong': { id, fields: { secret: 'x', subject: 5 } },
    wrong: { id, fields: { subject: 'longer than ten' } },
    formless: { fields: { subject: 'x' } },
  },
  read: {
    fits: { where: { subject: 'x' }, columns: ['taskid', 'account'] },
    foreign: { id, columns: ['subject', 'secret'] },
    'foreign and wrong': { where: { subject: 5 }, columns: ['secret'] },
    wrong: { where: { taskid: 'none' } },
    formless: { where: { subject: { $gt: '' } } },
  },
};

interface Asked {
  permission: Permission | undefined;
  input: keyof (typeof inputs)['create'];
  paused: boolean;
}

const combinations = operations.flatMap((operation) =>
  [undefined, ...permissions].flatMap((permission) =>
    (Object.keys(inputs[operation]) as Asked['input'][]).flatMap((input) =>
      [false, true].map((paused) => ({ operation, permission, input, paused })),
    ),
  ),
);

describe('evaluate', () => {
  it.each(combinations)('$operation, $permission, input $input, paused $paused', ({ operation, ...facts }) => {
    const { permission, input, paused } = facts;
    const asked = permission === undefined ? undefined : tool(operation, permission);
    const verdict = evaluate(asked, inputs[operation][input], paused);
    expect(`${verdict.effect} ${verdict.reason}`).toBe(
      expected({
        permission,
        paused,
        foreign: input.startsWith('foreign'),
        wrong: input === 'wrong' || input === 'formless',
      }),
    );
  });

  it('says of a denied tool what it says of an unknown one', () => {
    const unknown = evaluate(undefined, null, false);
    const denied = evaluate(tool('create', 'deny'), inputs.create.wrong, true);
    expect(denied.message).toBe(unknown.message);
  });

  it('names the columns, and never a value', () => {
    const input = { fields: { secret: 'hunter2', other: 'hunter2', subject: 'hunter2 hunter2' } };
    const foreign = evaluate(tool('create', 'ask'), input, false).message;
    const wrong = evaluate(tool('create', 'ask'), { fields: { subject: 'hunter2 hunter2' } }, false).message;
    expect(foreign).toBe('The tool does not take the columns "secret", "other".');
    expect(wrong).toBe('The column "subject" takes at most 10 characters, not 15.');
  });

  it('takes the record of another action where a record is meant', () => {
    const fromAction = { fromAction: 'a1' };
    const verdicts = [
      evaluate(tool('update', 'always_allow'), { id: fromAction, fields: { account: fromAction } }, false),
      evaluate(tool('create', 'always_allow'), { fields: { account: { table: 'account', id: fromAction } } }, false),
      evaluate(tool('read', 'always_allow'), { where: { taskid: fromAction, account: fromAction } }, false),
      evaluate(tool('read', 'always_allow'), { id: fromAction }, false),
    ];
    expect(verdicts.map(({ effect }) => effect)).toEqual(['allow', 'allow', 'allow', 'allow']);
    const misplaced = evaluate(tool('create', 'always_allow'), { fields: { subject: fromAction } }, false);
    expect(misplaced.reason).toBe('input_invalid');
  });

  it('takes a column that the fields have and the table does not for a foreign one', () => {
    const stale = tool('create', 'always_allow', { fields: new Set(['gone', 'constructor']) });
    for (const column of ['gone', 'constructor']) {
      expect(evaluate(stale, { fields: { [column]: 'x' } }, false).reason).toBe('field_not_allowed');
    }
  });
});
