import type { Column, OnDelete } from './column.js';
import type { Table } from './table.js';

/** A lookup to one table, seen from both ends. */
export interface Relation {
  schemaName: string;
  referenced: string;
  referencing: string;
  column: string;
  /** Single-valued, of the row that refers. */
  navigation: string;
  /** Collection-valued, of the row that is referred to. */
  collection: string;
  onDelete?: OnDelete | undefined;
  custom: boolean;
}

/** Names of the reference pages that follow no rule: by the referring column, and the table it points to. */
const wellKnown: Record<string, string> = {
  'contact.parentcustomerid/account': 'contact_customer_accounts',
  'contact.parentcustomerid/contact': 'contact_customer_contacts',
  'opportunity.customerid/account': 'opportunity_customer_accounts',
  'opportunity.customerid/contact': 'opportunity_customer_contacts',
  'lead.customerid/account': 'lead_customer_accounts',
  'lead.customerid/contact': 'lead_customer_contacts',
  'account.primarycontactid/contact': 'account_primary_contact',
  'account.parentaccountid/account': 'account_parent_account',
  'opportunity.parentaccountid/account': 'opportunity_parent_account',
  'opportunity.parentcontactid/contact': 'opportunity_parent_contact',
  'opportunity.originatingleadid/lead': 'opportunity_originating_lead',
  'account.originatingleadid/lead': 'account_originating_lead',
  'contact.originatingleadid/lead': 'contact_originating_lead',
  'lead.parentaccountid/account': 'lead_parent_account',
  'lead.parentcontactid/contact': 'lead_parent_contact',
  'activityparty.activityid/task': 'task_activity_parties',
  'activityparty.activityid/phonecall': 'phonecall_activity_parties',
  'activityparty.activityid/appointment': 'appointment_activity_parties',
  'systemuser.businessunitid/businessunit': 'business_unit_system_users',
  'team.businessunitid/businessunit': 'business_unit_teams',
};

const plural = new Map([
  ['Task', 'Tasks'],
  ['PhoneCall', 'Phonecalls'],
  ['Appointment', 'Appointments'],
]);

/** The relations of a table's lookups; an owner's are those of users and of teams. */
export function relationsOf(table: Table, nameOf: (table: string) => string | undefined): Relation[] {
  return Object.entries(table.columns).flatMap(([column, definition]) =>
    (definition.targets ?? []).flatMap(({ table: target, navigation }) =>
      (target === 'owner' ? ['systemuser', 'team'] : [target]).map((referenced) => {
        const schemaName = schemaNameOf(table, column, referenced, nameOf(referenced) ?? referenced);
        return {
          schemaName,
          referenced,
          referencing: table.logicalName,
          column,
          navigation,
          collection: schemaName,
          onDelete: definition.onDelete,
          custom: isCustom(table, definition),
        };
      }),
    ),
  );
}

function isCustom(table: Table, column: Column): boolean {
  return column.custom ?? table.custom;
}

function schemaNameOf({ logicalName, schemaName }: Table, column: string, target: string, targetName: string): string {
  const known = wellKnown[`${logicalName}.${column}/${target}`];
  if (known !== undefined) return known;
  if (column === 'regardingobjectid') return `${targetName}_${plural.get(schemaName) ?? `${schemaName}s`}`;
  if (column === 'objectid') return `${targetName}_${schemaName}`;
  if (target === 'systemuser' && /^(created|modified)(onbehalf)?by$/.test(column))
    return `lk_${logicalName}base_${column}`;
  return `${logicalName}_${target}_${column}`;
}
