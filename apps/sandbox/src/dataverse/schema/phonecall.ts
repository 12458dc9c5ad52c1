import { dateTime, memo, phone, primaryId, state, status, text, wanted, whole, yesNo } from './column.js';
import { currencyColumns, priority, regarding } from './sales.js';
import { longTail } from './long-tail.js';
import { defineTable } from './table.js';

export const phonecall = defineTable({
  logicalName: 'phonecall',
  schemaName: 'PhoneCall',
  entitySetName: 'phonecalls',
  displayName: 'Phone Call',
  displayCollectionName: 'Phone Calls',
  objectTypeCode: 4210,
  primaryId: 'activityid',
  primaryName: 'subject',
  activity: true,
  columns: {
    ...longTail('activity'),
    activityid: primaryId('Phone Call'),
    subject: text('Subject', 200, wanted),
    description: memo('Description'),
    category: text('Category', 250),
    subcategory: text('Sub-Category', 250),
    phonenumber: { ...phone('Phone Number'), maxLength: 200 },
    directioncode: yesNo('Direction', true),
    leftvoicemail: yesNo('Left Voice Mail', false),
    scheduledstart: dateTime('Start Date'),
    scheduledend: dateTime('Due'),
    actualstart: dateTime('Actual Start'),
    actualend: dateTime('Actual End'),
    actualdurationminutes: whole('Duration'),
    scheduleddurationminutes: whole('Scheduled Duration'),
    prioritycode: priority,
    isbilled: yesNo('Is Billed', false),
    regardingobjectid: regarding('phonecall'),
    ...currencyColumns('_phonecall'),
    statecode: state({ 0: 'Open', 1: 'Completed', 2: 'Canceled' }),
    statuscode: status({ 0: { 1: 'Open' }, 1: { 2: 'Made', 4: 'Received' }, 2: { 3: 'Canceled' } }),
  },
});
