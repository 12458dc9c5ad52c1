import { choice, dateTime, lookup, primaryId, text, yesNo, type Column } from './column.js';
import { defineTable } from './table.js';

const activities = ['task', 'phonecall', 'appointment'];
const people = ['account', 'contact', 'lead', 'systemuser'];

const navigations = (prefix: string, tables: readonly string[]): Record<string, string> =>
  Object.fromEntries(tables.map((table) => [`${prefix}_${table}`, table]));

/** Who takes part in an activity and as what; written with the activity, never alone. */
export const activityParty = defineTable({
  logicalName: 'activityparty',
  schemaName: 'ActivityParty',
  entitySetName: 'activityparties',
  displayName: 'Activity Party',
  displayCollectionName: 'Activity Parties',
  objectTypeCode: 135,
  primaryId: 'activitypartyid',
  primaryName: 'partyidname',
  ownership: 'BusinessOwned',
  hasNotes: false,
  columns: {
    activitypartyid: primaryId('Activity Party'),
    activityid: lookup('Activity', navigations('activityid', activities), { onDelete: 'cascade' }),
    partyid: lookup('Party', navigations('partyid', people)),
    partyidname: named('Party Name'),
    participationtypemask: choice('Participation Type', {
      1: 'Sender',
      2: 'To Recipient',
      3: 'CC Recipient',
      4: 'BCC Recipient',
      5: 'Required attendee',
      6: 'Optional attendee',
      7: 'Organizer',
      8: 'Regarding',
      9: 'Owner',
      10: 'Resource',
      11: 'Customer',
    }),
    addressused: text('Address', 320),
    donotemail: yesNo('Do not allow Emails', false),
    donotphone: yesNo('Do not allow Phone Calls', false),
    scheduledstart: dateTime('Scheduled Start'),
    scheduledend: dateTime('Scheduled End'),
  },
});

function named(label: string): Column {
  return text(label, 400, { create: false, update: false });
}
