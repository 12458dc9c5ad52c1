import { describe, expect, it } from '@jest/globals';
import { parseFilter } from './filter.js';

describe('parseFilter', () => {
  it('reads every kind of literal', () => {
    const text =
      "subject eq 'O''Brien and (sons)' and prioritycode eq -1 and isbilled eq true and category eq null and " +
      '_ownerid_value eq 7E3B9B4B-59D8-8D00-A3F7-073996D606EF and createdon ne 2026-03-01T10:00:00Z';
    expect(parseFilter(text)).toEqual([
      { path: 'subject', operator: 'eq', literal: { kind: 'string', value: "O'Brien and (sons)" } },
      { path: 'prioritycode', operator: 'eq', literal: { kind: 'number', value: -1 } },
      { path: 'isbilled', operator: 'eq', literal: { kind: 'boolean', value: true } },
      { path: 'category', operator: 'eq', literal: { kind: 'null', value: null } },
      {
        path: '_ownerid_value',
        operator: 'eq',
        literal: { kind: 'guid', value: '7e3b9b4b-59d8-8d00-a3f7-073996d606ef' },
      },
      { path: 'createdon', operator: 'ne', literal: { kind: 'date', value: '2026-03-01T10:00:00Z' } },
    ]);
  });

  it('takes a parameter for a literal, whatever stands in it', () => {
    const aliases = new Map([['@p0', "'x'' or a eq 1'"]]);
    expect(parseFilter('subject eq @p0', aliases)).toEqual([
      { path: 'subject', operator: 'eq', literal: { kind: 'string', value: "x' or a eq 1" } },
    ]);
    expect(() => parseFilter('subject eq @p1', aliases)).toThrow('@p1');
    expect(() => parseFilter('subject eq @p0', new Map([['@p0', "'x' and a eq 1"]]))).toThrow('@p0');
  });

  it('takes parentheses', () => {
    expect(parseFilter("((a eq 1) and (b eq 'x' and c eq 2))").map(({ path }) => path)).toEqual(['a', 'b', 'c']);
  });

  it.each([
    '',
    'a',
    'a eq',
    'a eq 1 or b eq 2',
    'a gt 1',
    "a eq 'x",
    '(a eq 1',
    'a eq 1)',
    '1 eq 1',
    'a eq b',
    "eq('a')",
  ])('refuses %j', (text) => {
    expect(() => parseFilter(text)).toThrow('$filter');
  });
});
