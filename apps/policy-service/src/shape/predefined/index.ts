import type { predefinedTables } from '@bliro/contract/policy';
import type { TableShape } from '../shape.js';
import { account } from './account.js';
import { annotation } from './annotation.js';
import { appointment } from './appointment.js';
import { contact } from './contact.js';
import { lead } from './lead.js';
import { opportunity } from './opportunity.js';
import { phonecall } from './phonecall.js';
import { task } from './task.js';

/** The shapes that come with the product, until an organization's own metadata have been read. */
export const predefinedShapes = {
  account,
  contact,
  lead,
  opportunity,
  task,
  phonecall,
  appointment,
  annotation,
} as const satisfies Record<(typeof predefinedTables)[number], TableShape>;
