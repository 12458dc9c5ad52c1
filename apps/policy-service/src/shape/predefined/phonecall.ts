import {
  boolean,
  bookkeeping,
  choice,
  dateTime,
  integer,
  lookup,
  rowId,
  statePair,
  text,
  required,
} from '../columns.js';
import type { TableShape } from '../shape.js';
import { activityPriorities, regardingTargets } from './choices.js';

export const phonecall: TableShape = {
  table: 'phonecall',
  object: 'Phone Call',
  purpose: {
    read: 'Looks up phone calls that were logged or planned, with their time, direction and customer. Use it to see when the customer was last called. An empty value may also mean that the user may not see it.',
    create:
      'Logs a phone call that took place, or plans one: what it was about (subject, description), when (scheduledend, actualdurationminutes), in which direction (directioncode: true is outgoing), and for which customer (regardingobjectid). Not for video or on-site meetings (Create Appointment).',
    update:
      'Changes a phone call that is still open: its subject, description, time or number. Needs the id of the phone call.',
  },
  columns: {
    activityid: rowId('Phone Call'),
    subject: required(text('Subject', 200)),
    description: text('Description', 2000),
    phonenumber: text('Phone Number', 200),
    directioncode: boolean('Direction'),
    leftvoicemail: boolean('Left Voice Mail'),
    scheduledstart: dateTime('Start Date'),
    scheduledend: dateTime('Due'),
    actualdurationminutes: integer('Duration'),
    prioritycode: choice('Priority', activityPriorities),
    category: text('Category', 250),
    subcategory: text('Sub-Category', 250),
    regardingobjectid: lookup('Regarding', ...regardingTargets),
    ...bookkeeping,
    ...statePair({ 0: 'Open', 1: 'Completed', 2: 'Canceled' }, { 1: 'Open', 2: 'Made', 3: 'Canceled', 4: 'Received' }),
  },
};
