import { describe, expect, it } from '@jest/globals';
import { parseFilter, type Expression } from './expression.js';
import type { Literal } from './tokens.js';

const compare = (path: string, operator: string, literal: Literal) => ({
  kind: 'compare',
  operator,
  left: { kind: 'path', path: path.split('/') },
  right: { kind: 'literal', literal },
});
/** As one would write it down again. */
const shown = (one: Expression): string => {
  switch (one.kind) {
    case 'and':
    case 'or':
      return `(${shown(one.left)} ${one.kind} ${shown(one.right)})`;
    case 'not':
      return `not ${shown(one.operand)}`;
    case 'compare':
      return one.left.kind === 'path' ? one.left.path.join('/') : '?';
    case 'text':
      return `${one.name}(${one.path.join('/')})`;
    case 'query function':
      return `${one.name}[${one.property.join('/')}:${one.values.map(({ value }) => String(value)).join()}]`;
    case 'lambda':
      return `${one.path.join('/')}.${one.quantifier}(${one.body ? shown(one.body) : ''})`;
  }
};

describe('parseFilter', () => {
  it.each<[string, string, string, Literal]>([
    ["subject eq 'O''Brien and (sons)'", 'subject', 'eq', { kind: 'string', value: "O'Brien and (sons)" }],
    ['prioritycode ge -1', 'prioritycode', 'ge', { kind: 'number', value: -1 }],
    ['revenue lt 1.5e3', 'revenue', 'lt', { kind: 'number', value: 1500 }],
    ['isbilled eq true', 'isbilled', 'eq', { kind: 'boolean', value: true }],
    ['category ne null', 'category', 'ne', { kind: 'null', value: null }],
    [
      '_ownerid_value eq 7E3B9B4B-59D8-8D00-A3F7-073996D606EF',
      '_ownerid_value',
      'eq',
      { kind: 'guid', value: '7e3b9b4b-59d8-8d00-a3f7-073996d606ef' },
    ],
    ['createdon gt 2026-03-01T10:00:00Z', 'createdon', 'gt', { kind: 'date', value: '2026-03-01T10:00:00Z' }],
    ["primarycontactid/lastname le 'M'", 'primarycontactid/lastname', 'le', { kind: 'string', value: 'M' }],
    [
      "OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'",
      'OwnershipType',
      'eq',
      { kind: 'enum', value: 'UserOwned' },
    ],
  ])('reads %s', (text, path, operator, literal) => {
    expect(parseFilter(text)).toEqual(compare(path, operator, literal));
  });

  it('takes a parameter for a literal, whatever stands in it', () => {
    const aliases = new Map([['@p0', "'x'' or a eq 1'"]]);
    expect(parseFilter('subject eq @p0', aliases)).toEqual(
      compare('subject', 'eq', { kind: 'string', value: "x' or a eq 1" }),
    );
    expect(() => parseFilter('subject eq @p1', aliases)).toThrow('@p1');
    expect(() => parseFilter('subject eq @p0', new Map([['@p0', "'x' and a eq 1"]]))).toThrow('@p0');
  });

  it.each([
    ['a eq 1 or b eq 2 and c eq 3', '(a or (b and c))'],
    ['(a eq 1 or b eq 2) and not (c eq 3)', '((a or b) and not c)'],
    [
      "contains(name,'x') or not startswith(primarycontactid/lastname,'y')",
      '(contains(name) or not startswith(primarycontactid/lastname))',
    ],
    ["endswith(name,'x') eq false", 'not endswith(name)'],
    ["Account_Tasks/any(t:t/subject eq 'x' and t/prioritycode eq 1)", 'Account_Tasks.any((subject and prioritycode))'],
    ['Account_Tasks/any()', 'Account_Tasks.any()'],
    ["Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['a','b'])", 'In[name:a,b]'],
    ['Microsoft.Dynamics.CRM.Between(PropertyName=\'n\',PropertyValues=["1","5"])', 'Between[n:1,5]'],
    ["Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=7)", 'LastXDays[createdon:7]'],
    ["Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')", 'EqualUserId[ownerid:]'],
  ])('reads %s as %s', (text, as) => {
    expect(shown(parseFilter(text))).toBe(as);
  });

  it('takes the list of a function from a parameter', () => {
    const aliases = new Map([
      ['@p1', "'name'"],
      ['@p2', "['a','b']"],
    ]);
    const text = 'Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)';
    expect(shown(parseFilter(text, aliases))).toBe('In[name:a,b]');
  });

  it.each([
    '',
    'a',
    'a eq',
    "a eq 'x",
    '(a eq 1',
    'a eq 1)',
    "eq('a')",
    'a in (1,2)',
    'length(a) eq 1',
    'a/any(',
    'any(x:x/a eq 1)',
    '('.repeat(10_000),
    'not '.repeat(5000),
    Array.from({ length: 501 }, () => 'a eq 1').join(' or '),
    'Microsoft.Dynamics.CRM.In(Nothing=1)',
  ])('refuses %.40j', (text) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ status: 400, code: '0x80060888' }));
  });
});
