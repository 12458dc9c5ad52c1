import { dateTime, memo, primaryId, state, status, text, wanted, whole, yesNo } from './column.js';
import { currencyColumns, priority, regarding } from './sales.js';
import { longTail } from './long-tail.js';
import { defineTable } from './table.js';

export const appointment = defineTable({
  logicalName: 'appointment',
  schemaName: 'Appointment',
  entitySetName: 'appointments',
  displayName: 'Appointment',
  displayCollectionName: 'Appointments',
  objectTypeCode: 4201,
  primaryId: 'activityid',
  primaryName: 'subject',
  activity: true,
  columns: {
    ...longTail('activity'),
    activityid: primaryId('Appointment'),
    subject: text('Subject', 200, wanted),
    description: memo('Description', 1_048_576),
    location: text('Location', 200),
    category: text('Category', 250),
    subcategory: text('Sub-Category', 250),
    scheduledstart: dateTime('Start Time', wanted),
    scheduledend: dateTime('End Time', wanted),
    actualstart: dateTime('Actual Start'),
    actualend: dateTime('Actual End'),
    actualdurationminutes: whole('Actual Duration'),
    scheduleddurationminutes: whole('Duration'),
    isalldayevent: yesNo('All Day Event', false),
    prioritycode: priority,
    isbilled: yesNo('Is Billed', false),
    regardingobjectid: regarding('appointment'),
    ...currencyColumns('_appointment'),
    statecode: state({ 0: 'Open', 1: 'Completed', 2: 'Canceled', 3: 'Scheduled' }),
    statuscode: status({
      0: { 1: 'Free', 2: 'Tentative' },
      1: { 3: 'Completed' },
      2: { 4: 'Canceled' },
      3: { 5: 'Busy', 6: 'Out of Office' },
    }),
  },
});
