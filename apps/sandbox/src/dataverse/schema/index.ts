import { account } from './account.js';
import { businessunit, systemuser, team, transactioncurrency } from './administration.js';
import { annotation } from './annotation.js';
import { appointment } from './appointment.js';
import { contact } from './contact.js';
import { lead } from './lead.js';
import { opportunity } from './opportunity.js';
import { phonecall } from './phonecall.js';
import { siteVisit } from './site-visit.js';
import type { Table } from './table.js';
import { task } from './task.js';

export const tables: readonly Table[] = [
  account,
  contact,
  lead,
  opportunity,
  task,
  phonecall,
  appointment,
  annotation,
  siteVisit,
  systemuser,
  businessunit,
  team,
  transactioncurrency,
];

const byName = new Map(tables.map((table) => [table.logicalName, table]));
const bySet = new Map(tables.map((table) => [table.entitySetName, table]));

export function tableByName(logicalName: string): Table | undefined {
  return byName.get(logicalName);
}

export function tableBySet(entitySetName: string): Table | undefined {
  return bySet.get(entitySetName);
}
