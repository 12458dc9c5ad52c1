import { boolean, bookkeeping, choice, dateTime, lookup, rowId, statePair, text, required } from '../columns.js';
import type { TableShape } from '../shape.js';
import { activityPriorities, regardingTargets } from './choices.js';

export const appointment: TableShape = {
  table: 'appointment',
  object: 'Appointment',
  purpose: {
    read: 'Looks up appointments with their start, end, place and customer. Use it to see what is already planned before another one is made. An empty value may also mean that the user may not see it.',
    create:
      'Creates an appointment at a set time: the next meeting that was agreed in the call. Give subject, scheduledstart and scheduledend with their offset from UTC, and the customer that it is about (regardingobjectid). Invites nobody. Not for something to do without a set hour (Create Task).',
    update:
      'Changes an appointment that is still ahead: its time, place, subject or description. Needs the id of the appointment. When the time moves, give scheduledstart and scheduledend together.',
  },
  columns: {
    activityid: rowId('Appointment'),
    subject: required(text('Subject', 200)),
    description: text('Description', 1_048_576),
    location: text('Location', 200),
    scheduledstart: required(dateTime('Start Time')),
    scheduledend: required(dateTime('End Time')),
    isalldayevent: boolean('All Day Event'),
    prioritycode: choice('Priority', activityPriorities),
    category: text('Category', 250),
    subcategory: text('Sub-Category', 250),
    regardingobjectid: lookup('Regarding', ...regardingTargets),
    ...bookkeeping,
    ...statePair(
      { 0: 'Open', 1: 'Completed', 2: 'Canceled', 3: 'Scheduled' },
      { 1: 'Free', 2: 'Tentative', 3: 'Completed', 4: 'Canceled', 5: 'Busy', 6: 'Out of Office' },
    ),
  },
};
