import { describe, expect, it } from '@jest/globals';
import { changedColumns, differingColumns, valuesOf } from './compare.js';
import { taskTable } from '../fixture/task-table.js';
import { resolveFields, wireFields } from './write-fields.js';

const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
const input = {
  subject: 'Call',
  description: '',
  topics: [11, 7],
  scheduledend: '2026-03-01T09:30:00.400Z',
  regardingobjectid: { table: 'account', id },
};
const fields = wireFields(taskTable, resolveFields(taskTable, input, {}), { account: 'accounts' });
const asRead = {
  subject: 'Call',
  description: null,
  topics: '11,7',
  scheduledend: '2026-03-01T09:30:00Z',
  _regardingobjectid_value: id,
};

describe('comparing what was written with what is there', () => {
  it('knows Dataverse’s ways of keeping a value', () => {
    expect(differingColumns(fields, asRead)).toEqual([]);
  });

  it('names the columns that differ, by the names of the input', () => {
    const row = { ...asRead, subject: 'call', _regardingobjectid_value: null };
    expect(differingColumns(fields, row)).toEqual(['subject', 'regardingobjectid']);
  });

  it('names the columns that changed since the first read', () => {
    const before = valuesOf(fields, { ...asRead, subject: 'Old' });
    expect(changedColumns(fields, before, { ...asRead, subject: 'Old' })).toEqual([]);
    expect(changedColumns(fields, before, { ...asRead, subject: 'Somebody else’s' })).toEqual(['subject']);
  });
});
