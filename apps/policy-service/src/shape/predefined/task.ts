import { bookkeeping, choice, dateTime, integer, lookup, rowId, statePair, text, required } from '../columns.js';
import type { TableShape } from '../shape.js';
import { activityPriorities, regardingTargets } from './choices.js';

export const task: TableShape = {
  table: 'task',
  object: 'Task',
  purpose: {
    read: 'Looks up follow-up tasks: what is due, for which customer, and by when. Use it before creating a task that may already exist, or to find the id of a task to update. An empty value may also mean that the user may not see it.',
    create:
      'Creates a follow-up task for the user: something to do after the call, such as sending a quote. Give a short subject, a due date (scheduledend) where one was agreed, and the account, contact, lead or opportunity that it is about (regardingobjectid). Not for a meeting at a set time (Create Appointment), nor for keeping what was said (Create Note).',
    update:
      'Changes an open task: its subject, description, due date, priority or progress. Needs the id of the task. Use it when something agreed earlier was moved or made more precise.',
  },
  columns: {
    activityid: rowId('Task'),
    subject: required(text('Subject', 200)),
    description: text('Description', 2000),
    scheduledstart: dateTime('Start Date'),
    scheduledend: dateTime('Due Date'),
    prioritycode: choice('Priority', activityPriorities),
    percentcomplete: integer('Percent Complete', 0, 100),
    scheduleddurationminutes: integer('Duration'),
    category: text('Category', 250),
    subcategory: text('Sub-Category', 250),
    regardingobjectid: lookup('Regarding', ...regardingTargets),
    ...bookkeeping,
    ...statePair(
      { 0: 'Open', 1: 'Completed', 2: 'Canceled' },
      {
        2: 'Not Started',
        3: 'In Progress',
        4: 'Waiting on someone else',
        5: 'Completed',
        6: 'Canceled',
        7: 'Deferred',
      },
    ),
  },
};
