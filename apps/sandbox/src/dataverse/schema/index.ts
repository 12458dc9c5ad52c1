import { account } from './account.js';
import { activityParty } from './activity-party.js';
import { businessunit, systemuser, team, transactioncurrency } from './administration.js';
import { annotation } from './annotation.js';
import { appointment } from './appointment.js';
import { audit } from './audit.js';
import { contact } from './contact.js';
import { lead } from './lead.js';
import { opportunity } from './opportunity.js';
import { phonecall } from './phonecall.js';
import { product } from './product.js';
import { siteVisit } from './site-visit.js';
import type { Table } from './table.js';
import { task } from './task.js';

/** What an environment has before its customer changes it. */
export const standardTables: readonly Table[] = [
  account,
  contact,
  lead,
  opportunity,
  task,
  phonecall,
  appointment,
  annotation,
  activityParty,
  product,
  siteVisit,
  systemuser,
  businessunit,
  team,
  transactioncurrency,
  audit,
];
