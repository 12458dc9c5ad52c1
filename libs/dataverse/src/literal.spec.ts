import { describe, expect, it } from '@jest/globals';
import { filterQuery, literal } from './literal.js';

describe('filterQuery', () => {
  it('sends values as parameters of the expression', () => {
    const where = { subject: { type: 'text', value: "it's" }, statecode: { type: 'number', value: 0 } } as const;
    const sent = new URLSearchParams(filterQuery(where));
    expect(sent.get('$filter')).toBe('subject eq @p0 and statecode eq @p1');
    expect(sent.get('@p0')).toBe("'it''s'");
    expect(sent.get('@p1')).toBe('0');
  });

  it('lets no value leave its parameter', () => {
    const value = "x' or subject ne '&$expand=ownerid&@p0=1#";
    const sent = new URLSearchParams(filterQuery({ subject: { type: 'text', value } }));
    expect([...sent.keys()]).toEqual(['$filter', '@p0']);
    expect(sent.get('@p0')).toBe(`'${value.replaceAll("'", "''")}'`);
  });

  it('refuses a column that is not a name', () => {
    expect(() => filterQuery({ 'subject eq 1 or x': null })).toThrow(TypeError);
  });
});

describe('literal', () => {
  it('refuses what is not of its type', () => {
    expect(() => literal({ type: 'guid', value: '1 or 1 eq 1' })).toThrow(TypeError);
    expect(() => literal({ type: 'date', value: '2026-13-01 or 1 eq 1' })).toThrow(TypeError);
    expect(() => literal({ type: 'instant', value: '2026-01-01' })).toThrow(TypeError);
    expect(() => literal({ type: 'number', value: Number.NaN })).toThrow(TypeError);
  });
});
