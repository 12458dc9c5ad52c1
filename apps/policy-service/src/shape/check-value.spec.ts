import { describe, expect, it } from '@jest/globals';
import { checkValue } from './check-value.js';
import { boolean, choice, date, dateTime, integer, lookup, money, rowId, text } from './columns.js';

const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
const columns = {
  text: text('Subject', 5),
  integer: integer('Percent', 0, 100),
  money: money('Budget', 0, 1000),
  boolean: boolean('Flag'),
  date: date('Day'),
  dateTime: dateTime('Time'),
  choice: choice('Priority', { 0: 'Low', 1: 'Normal', 2: 'Very high', 3: 'very high' }),
  lookup: lookup('Regarding', 'account', 'contact'),
  rowId: rowId('Task'),
};

describe.each<[keyof typeof columns, fits: unknown[], doesNot: unknown[]]>([
  ['text', ['', 'abcde', '12345', '😀😀'], ['abcdef', '😀😀😀', 5, true, ['a'], { fromAction: 'a1' }]],
  ['integer', [0, 100], [-1, 101, 1.5, '5', NaN, true]],
  ['money', [0, 999.99, 1000], [-0.01, 1000.5, '5', Infinity]],
  ['boolean', [true, false], ['true', 1, 0, 'Yes']],
  [
    'date',
    ['2026-03-31', '2028-02-29', '1753-01-01'],
    ['2026-02-29', '31.03.2026', '2026-03-31T00:00:00Z', '1752-12-31', 20260331],
  ],
  [
    'dateTime',
    ['2026-03-31T09:00:00Z', '2026-03-31T09:00:00.5+02:00'],
    ['2026-03-31T09:00:00', '2026-03-31', '2026-02-30T09:00:00Z', '2026-03-31T25:00:00Z', 1],
  ],
  ['choice', [0, 1, 'Low', 'nOrMaL'], [4, -1, 'Urgent', '1', ' Low', 'Very high', 'constructor', [0], true]],
  [
    'lookup',
    [{ table: 'account', id }, { table: 'contact', id: { fromAction: 'a1' } }, { fromAction: 'a1' }],
    [
      { table: 'lead', id },
      { table: 'account', id: 'x' },
      { table: 'account' },
      id,
      'Contoso',
      { table: 'account', id, name: 'x' },
    ],
  ],
  ['rowId', [id, { fromAction: 'a1' }], ['x', 5, { table: 'task', id }]],
])('a column of kind %s', (kind, fits, doesNot) => {
  it.each([...fits, null])('takes %j', (value) => {
    expect(checkValue(columns[kind], value)).toBeUndefined();
  });

  it.each(doesNot)('does not take %j, and says what it takes', (value) => {
    expect(checkValue(columns[kind], value)).toMatch(/^takes /);
  });
});
