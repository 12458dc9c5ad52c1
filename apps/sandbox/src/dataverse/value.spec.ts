import { describe, expect, it } from '@jest/globals';
import { DataverseFailure } from './failure.js';
import { standardTables } from './schema/index.js';
import { parseValue } from './value.js';

function parse(tableName: string, name: string, given: unknown): unknown {
  const table = standardTables.find(({ logicalName }) => logicalName === tableName);
  const column = table?.columns[name];
  if (!table || !column) throw new Error(`No ${tableName}.${name}`);
  return parseValue(table, name, column, given);
}

describe('parseValue', () => {
  it.each([
    ['task', 'subject', 'x'.repeat(200), 'x'.repeat(200)],
    ['task', 'prioritycode', 2, 2],
    ['task', 'percentcomplete', 100, 100],
    ['task', 'isbilled', true, true],
    ['task', 'scheduledend', '2026-03-01T12:30:00+02:00', '2026-03-01T10:30:00Z'],
    ['contact', 'birthdate', '1990-02-28', '1990-02-28'],
    ['opportunity', 'estimatedvalue', 10.005, 10.01],
    ['task', 'description', null, null],
  ])('takes %s.%s %j', (table, name, given, kept) => {
    expect(parse(table, name, given)).toEqual(kept);
  });

  it.each([
    ['task', 'subject', 'x'.repeat(201), '0x80044331'],
    ['task', 'subject', 5, '0x80048d19'],
    ['task', 'prioritycode', 99, '0x8004431A'],
    ['task', 'prioritycode', 'High', '0x80048d19'],
    ['task', 'percentcomplete', 101, '0x8004432f'],
    ['task', 'percentcomplete', -1, '0x80044330'],
    ['task', 'percentcomplete', 1.5, '0x80048d19'],
    ['task', 'isbilled', 'true', '0x80048d19'],
    ['task', 'scheduledend', 'tomorrow', '0x80048d19'],
    ['contact', 'birthdate', '2026-02-30', '0x80048d19'],
    ['contact', 'birthdate', '2026-02-03T00:00:00Z', '0x80048d19'],
    ['task', 'regardingobjectid', '7e3b9b4b-59d8-8d00-a3f7-073996d606ef', '0x80048d19'],
    ['task', 'subject', { a: 1 }, '0x80048d19'],
  ])('refuses %s.%s %j with %s', (table, name, given, code) => {
    const failure = (() => {
      try {
        return parse(table, name, given);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(DataverseFailure);
    expect(failure).toMatchObject({ status: 400, code });
  });
});
