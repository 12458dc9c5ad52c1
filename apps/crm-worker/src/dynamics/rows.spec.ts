import { describe, expect, it } from '@jest/globals';
import { conditionsOf } from './conditions.js';
import { InputMistake } from './input-mistake.js';
import { readableColumns, rowFromWire, selectOf } from './rows.js';
import { taskTable } from '../fixture/task-table.js';

const id = '0f8fad5b-d9cb-469f-a165-70867728950e';

describe('the columns of a read', () => {
  it('are bounded by the decision', () => {
    expect(readableColumns(taskTable, undefined, ['subject', 'notinthisenvironment', 'attachments'])).toEqual([
      'subject',
    ]);
    expect(readableColumns(taskTable, ['subject'], ['subject', 'ownerid'])).toEqual(['subject']);
    expect(() => readableColumns(taskTable, ['ownerid'], ['subject'])).toThrow(InputMistake);
    expect(() => readableColumns(taskTable, ['colour'], undefined)).toThrow(InputMistake);
  });

  it('are asked for by the names that the Web API has', () => {
    expect(selectOf(taskTable, ['subject', 'ownerid'])).toEqual(['activityid', 'subject', '_ownerid_value']);
  });
});

describe('a row', () => {
  it('is shown by logical names, with labels', () => {
    const row = {
      activityid: id,
      prioritycode: 2,
      topics: '7,12',
      isbilled: false,
      _regardingobjectid_value: id,
      '_regardingobjectid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'lead',
      description: null,
    };
    const columns = ['prioritycode', 'topics', 'isbilled', 'regardingobjectid', 'description'];
    expect(rowFromWire(taskTable, columns, row)).toEqual({
      activityid: id,
      prioritycode: { value: 2, label: 'High' },
      topics: [
        { value: 7, label: 'Price' },
        { value: 12, label: null },
      ],
      isbilled: false,
      regardingobjectid: { table: 'lead', id },
      description: null,
    });
  });
});

describe('the conditions of a read', () => {
  it('are typed by their columns', () => {
    const where = {
      subject: "O'Brien",
      prioritycode: 'low',
      isbilled: true,
      day: '2026-03-01',
      regardingobjectid: { table: 'account', id },
      description: null,
    };
    expect(conditionsOf(taskTable, where, {})).toEqual({
      subject: { type: 'text', value: "O'Brien" },
      prioritycode: { type: 'number', value: 0 },
      isbilled: { type: 'boolean', value: true },
      day: { type: 'date', value: '2026-03-01' },
      _regardingobjectid_value: { type: 'guid', value: id },
      description: null,
    });
  });

  it('refuse what is no value of the column', () => {
    expect(() => conditionsOf(taskTable, { 'subject eq 1 or subject': 'x' }, {})).toThrow(InputMistake);
    expect(() => conditionsOf(taskTable, { topics: [7] }, {})).toThrow(InputMistake);
  });
});
