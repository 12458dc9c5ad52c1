import { dateTime, memo, primaryId, state, status, text, wanted, whole, yesNo } from './column.js';
import { currencyColumns, priority, regarding } from './sales.js';
import { longTail } from './long-tail.js';
import { defineTable } from './table.js';

export const task = defineTable({
  logicalName: 'task',
  schemaName: 'Task',
  entitySetName: 'tasks',
  displayName: 'Task',
  displayCollectionName: 'Tasks',
  objectTypeCode: 4212,
  primaryId: 'activityid',
  primaryName: 'subject',
  activity: true,
  columns: {
    ...longTail('activity'),
    activityid: primaryId('Task'),
    subject: text('Subject', 200, wanted),
    description: memo('Description'),
    category: text('Category', 250),
    subcategory: text('Sub-Category', 250),
    scheduledstart: dateTime('Start Date'),
    scheduledend: dateTime('Due Date'),
    actualstart: dateTime('Actual Start'),
    actualend: dateTime('Actual End'),
    actualdurationminutes: whole('Duration'),
    scheduleddurationminutes: whole('Scheduled Duration'),
    percentcomplete: whole('Percent Complete', 0, 100),
    prioritycode: priority,
    isbilled: yesNo('Is Billed', false),
    isworkflowcreated: yesNo('Is Workflow Created', false),
    regardingobjectid: regarding('task'),
    ...currencyColumns('_task'),
    statecode: state({ 0: 'Open', 1: 'Completed', 2: 'Canceled' }),
    statuscode: status({
      0: { 2: 'Not Started', 3: 'In Progress', 4: 'Waiting on someone else', 7: 'Deferred' },
      1: { 5: 'Completed' },
      2: { 6: 'Canceled' },
    }),
  },
});
