import { describe, expect, it } from '@jest/globals';
import type { ColumnDetails } from '@bliro/dataverse';
import { closedReason } from './closed-tables.js';
import { shapeOf } from './from-metadata.js';
import { defaultFields, possibleFields } from './shape.js';
import { longestTable, refusalOf } from './tables.js';

const column = (name: string, more: Partial<ColumnDetails> = {}): ColumnDetails => ({
  name,
  displayName: name,
  type: 'String',
  create: true,
  update: true,
  read: true,
  requiredLevel: 'None',
  secured: false,
  primaryId: false,
  primaryName: false,
  derived: false,
  ...more,
});
const shape = (...columns: ColumnDetails[]) => shapeOf('new_visit', 'Visit', columns);
const kind = (more: Partial<ColumnDetails>) => shape(column('x', more)).columns['x'];

describe('a column', () => {
  it.each<[Partial<ColumnDetails>, object]>([
    [
      { type: 'Memo', maxLength: 50 },
      { type: 'text', maxLength: 50 },
    ],
    [
      { type: 'Integer', min: 0, max: 9 },
      { type: 'integer', min: 0, max: 9 },
    ],
    [{ type: 'BigInt' }, { type: 'integer', max: Number.MAX_SAFE_INTEGER }],
    [
      { type: 'Decimal', min: 0.5, max: 1 },
      { type: 'money', min: 0.5, max: 1 },
    ],
    [{ type: 'Boolean' }, { type: 'boolean' }],
    [{ type: 'DateTime', dateBehavior: 'DateOnly' }, { type: 'date' }],
    [{ type: 'DateTime', dateBehavior: 'UserLocal' }, { type: 'datetime' }],
    [
      { type: 'Picklist', options: [{ value: 1, label: 'Hot' }] },
      { type: 'choice', options: { 1: 'Hot' } },
    ],
    [
      { type: 'MultiSelectPicklist', options: [{ value: 1, label: 'Hot' }] },
      { type: 'choices', options: { 1: 'Hot' } },
    ],
    [
      { type: 'Customer', targets: ['account', 'contact'] },
      { type: 'lookup', targets: ['account', 'contact'] },
    ],
  ])('%j is known by what it takes', (details, expected) => {
    expect(kind(details)).toMatchObject(expected);
  });

  it.each(['PartyList', 'EntityName', 'ManagedProperty', 'CalendarRules', 'Image', 'File', 'Virtual'])(
    'of type %s is left out: no tool carries it',
    (type) => expect(kind({ type })).toBeUndefined(),
  );

  it.each([
    ['derived', column('x', { derived: true })],
    ['plumbing', column('versionnumber')],
    ['a base amount', column('new_cost_base', { type: 'Money' })],
    ['of no use', column('x', { create: false, update: false, read: false })],
    ['a lookup to nowhere', column('x', { type: 'Lookup', targets: [] })],
  ])('that is %s is left out', (_what, one) => expect(shape(one).columns).toEqual({}));
});

describe('fields', () => {
  const id = column('new_visitid', { type: 'Uniqueidentifier', primaryId: true, requiredLevel: 'SystemRequired' });

  it('never have the id of the row in a create or update', () => {
    const visit = shape(id, column('new_name'));
    expect(possibleFields(visit, 'read')).toEqual(['new_visitid', 'new_name']);
    for (const operation of ['create', 'update'] as const)
      expect(possibleFields(visit, operation)).toEqual(['new_name']);
  });

  it.each(['ownerid', 'statecode', 'statuscode', 'overriddencreatedon'])('have %s only by an explicit act', (name) => {
    const visit = shape(column('new_name'), column(name));
    expect(defaultFields(visit, 'update')).toEqual(['new_name']);
    expect(possibleFields(visit, 'update')).toContain(name);
  });

  it('have a secured column only by an explicit act', () => {
    expect(defaultFields(shape(column('new_salary', { secured: true })), 'read')).toEqual([]);
  });

  it("of a wide table are what is required, its name and the customer's own columns", () => {
    const many = Array.from({ length: 80 }, (_, n) => column(`standard${n}`));
    const name = column('name', { primaryName: true });
    const must = column('must', { requiredLevel: 'ApplicationRequired' });
    const wide = shape(id, name, must, column('new_own'), ...many);
    expect(defaultFields(wide, 'create')).toEqual(['name', 'must', 'new_own']);
    expect(possibleFields(wide, 'create')).toHaveLength(83);
  });

  it.each<[Partial<ColumnDetails>, boolean]>([
    [{ name: 'x', requiredLevel: 'ApplicationRequired' }, true],
    [{ name: 'x', requiredLevel: 'SystemRequired' }, true],
    [{ name: 'x', requiredLevel: 'Recommended' }, false],
    [{ name: 'ownerid', requiredLevel: 'SystemRequired' }, false],
    [{ name: 'statecode', requiredLevel: 'SystemRequired' }, false],
    [{ name: 'x', requiredLevel: 'SystemRequired', create: false }, false],
  ])('%j: required %p', (details, expected) => {
    const { name = '' } = details;
    expect(shape(column(name, details)).columns[name]?.required ?? false).toBe(expected);
  });
});

describe('a table', () => {
  const summary = { table: 'new_visit', displayName: 'Visit', virtual: false, internal: false };

  it.each([
    'systemuser',
    'team',
    'role',
    'fieldsecurityprofile',
    'pluginassembly',
    'webresource',
    'workflow',
    'solution',
    'audit',
  ])('%s can never become tools, with the reason', (table) => {
    expect(closedReason(table)).toMatch(/\.$/);
    expect(refusalOf({ ...summary, table })).toBe(closedReason(table));
  });

  it.each([
    [{ ...summary, internal: true }, /for itself/],
    [{ ...summary, virtual: true }, /outside Dynamics/],
    [{ ...summary, table: 'x'.repeat(longestTable + 1) }, /longer than/],
  ])('%# can not, with the reason', (table, reason) => expect(refusalOf(table)).toMatch(reason));

  it('of the customer can', () => expect(refusalOf(summary)).toBeUndefined());
});
