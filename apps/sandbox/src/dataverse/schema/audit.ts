import { choice, memo, primaryId, readOnly, text, type Column } from './column.js';
import { dateTime, lookup } from './column.js';
import { defineTable } from './table.js';

const audited = ['account', 'contact', 'lead', 'opportunity', 'task', 'phonecall', 'appointment', 'annotation'];

/** What it says of a row stays when the row is gone. */
const kept = { ...readOnly, onDelete: 'keep' } as const;

/** Who wrote what and when, kept by the server. */
export const audit = defineTable({
  logicalName: 'audit',
  schemaName: 'Audit',
  entitySetName: 'audits',
  displayName: 'Auditing',
  displayCollectionName: 'Auditing',
  objectTypeCode: 4567,
  primaryId: 'auditid',
  primaryName: 'objecttypecode',
  ownership: 'OrganizationOwned',
  hasNotes: false,
  writable: false,
  columns: {
    auditid: primaryId('Record Id'),
    action: choice('Event', { 1: 'Create', 2: 'Update', 3: 'Delete' }, readOnly),
    operation: choice('Operation', { 1: 'Create', 2: 'Update', 3: 'Delete', 4: 'Access' }, readOnly),
    objecttypecode: fixed('Entity'),
    objectid: lookup('Record', Object.fromEntries(audited.map((table) => [`objectid_${table}`, table])), kept),
    userid: lookup('Changed By', { userid: 'systemuser' }, readOnly),
    callinguserid: lookup('Calling User', { callinguserid: 'systemuser' }, readOnly),
    attributemask: memo('Attribute Mask', 100_000, readOnly),
    changedata: memo('Change Data', 1_073_741_823, readOnly),
    transactionid: fixed('Transaction Id'),
    auditedon: dateTime('Changed Date', readOnly),
  },
});

function fixed(label: string): Column {
  return text(label, 100, readOnly);
}
