import type { FieldValue } from '@bliro/contract/crm';
import { describe, expect, it } from '@jest/globals';
import { InputMistake } from './input-mistake.js';
import { taskTable } from '../fixture/task-table.js';
import { bodyOf, referencedTables, resolveFields, wireFields } from './write-fields.js';

const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
const known = { a1: { table: 'account', id } };
const sets = { account: 'accounts', systemuser: 'systemusers' };

function bodyFor(fields: Record<string, FieldValue>, primaryId?: { attribute: string; id: string }) {
  return bodyOf(wireFields(taskTable, resolveFields(taskTable, fields, known), sets), primaryId);
}

describe('the body of a write', () => {
  it.each<[column: string, value: FieldValue, written: Record<string, unknown>]>([
    ['subject', 'Call', { subject: 'Call' }],
    ['subject', null, { subject: null }],
    ['actualdurationminutes', 30, { actualdurationminutes: 30 }],
    ['actualdurationminutes', '30', { actualdurationminutes: 30 }],
    ['budget', '1234.5', { budget: 1234.5 }],
    ['isbilled', true, { isbilled: true }],
    ['isbilled', 'yes', { isbilled: true }],
    ['prioritycode', 2, { prioritycode: 2 }],
    ['prioritycode', ' NORMAL', { prioritycode: 1 }],
    ['topics', ['Delivery', 7], { topics: '7,11' }],
    ['topics', [], { topics: null }],
    ['scheduledend', '2026-03-01T09:30:00.750+01:00', { scheduledend: '2026-03-01T08:30:00Z' }],
    ['day', '2026-03-01', { day: '2026-03-01' }],
    [
      'regardingobjectid',
      { table: 'account', id: id.toUpperCase() },
      { 'regardingobjectid_account_task@odata.bind': `/accounts(${id})` },
    ],
    ['regardingobjectid', { fromAction: 'a1' }, { 'regardingobjectid_account_task@odata.bind': `/accounts(${id})` }],
    [
      'regardingobjectid',
      { table: 'account', id: { fromAction: 'a1' } },
      { 'regardingobjectid_account_task@odata.bind': `/accounts(${id})` },
    ],
    ['regardingobjectid', null, { regardingobjectid_account_task: null }],
    ['ownerid', { table: 'systemuser', id }, { 'ownerid_task@odata.bind': `/systemusers(${id})` }],
  ])('of %s with %j', (column, value, written) => {
    expect(bodyFor({ [column]: value })).toEqual(written);
  });

  it('of a create holds the id and no empty values', () => {
    const body = bodyFor({ subject: 'Call', description: null }, { attribute: 'activityid', id });
    expect(body).toEqual({ activityid: id, subject: 'Call' });
  });

  it.each<[why: string, fields: Record<string, FieldValue>]>([
    ['a column that is not there', { colour: 'red' }],
    ['a column of Object.prototype', { constructor: 'x' }],
    ['a number for a text', { subject: 1 }],
    ['half a minute', { actualdurationminutes: 0.5 }],
    ['a choice that is not there', { prioritycode: 'urgent' }],
    ['a label that two choices have', { prioritycode: 'High' }],
    ['a time without an offset', { scheduledend: '2026-03-01T09:30:00' }],
    ['a day for a time', { scheduledend: '2026-03-01' }],
    ['30 February', { day: '2026-02-30' }],
    ['a record of a table that the lookup does not take', { regardingobjectid: { table: 'contact', id } }],
    ['a text for a lookup', { regardingobjectid: id }],
    ['the record of an action that has none', { regardingobjectid: { fromAction: 'a2' } }],
    ['the record of an action of another table', { regardingobjectid: { table: 'lead', id: { fromAction: 'a1' } } }],
    ['a column that holds nothing of its own', { attachments: 'x' }],
  ])('refuses %s', (_why, fields) => {
    expect(() => bodyFor(fields)).toThrow(InputMistake);
  });

  it('names the tables whose entity sets it needs', () => {
    const resolved = resolveFields(taskTable, { regardingobjectid: { fromAction: 'a1' }, subject: 'x' }, known);
    expect(referencedTables(resolved)).toEqual(['account']);
  });
});
