import {
  choice,
  choices,
  dateTime,
  decimal,
  lookup,
  memo,
  money,
  primaryId,
  text,
  wanted,
  whole,
  yesNo,
} from './column.js';
import { activeState, currencyColumns } from './sales.js';
import { defineTable } from './table.js';

/** What a customer added for itself: capitals in a navigation property are as its maker typed them. */
export const siteVisit = defineTable({
  logicalName: 'contoso_sitevisit',
  schemaName: 'contoso_SiteVisit',
  entitySetName: 'contoso_sitevisits',
  displayName: 'Site Visit',
  displayCollectionName: 'Site Visits',
  objectTypeCode: 10_123,
  primaryId: 'contoso_sitevisitid',
  primaryName: 'contoso_name',
  custom: true,
  hasActivities: true,
  keys: { contoso_externalkey: ['contoso_externalid'] },
  columns: {
    contoso_sitevisitid: primaryId('Site Visit'),
    contoso_name: text('Name', 100, wanted),
    contoso_summary: memo('Summary', 4000),
    contoso_visitedon: dateTime('Visited On'),
    contoso_visitors: whole('Visitors', 0, 500),
    contoso_satisfaction: decimal('Satisfaction', 0, 10, 1),
    contoso_travelcost: money('Travel Cost'),
    contoso_followupneeded: yesNo('Follow-up Needed', false),
    contoso_outcome: choice('Outcome', {
      100000000: 'Order Placed',
      100000001: 'Interested',
      100000002: 'Not Interested',
    }),
    contoso_externalid: text('External Id', 50),
    contoso_topics: choices('Topics', { 1: 'Price', 2: 'Delivery', 3: 'Service', 4: 'Contract' }),
    contoso_account: lookup('Account', { contoso_Account: 'account' }),
    contoso_opportunity: lookup('Opportunity', { contoso_Opportunity: 'opportunity' }, { onDelete: 'restrict' }),
    ...currencyColumns(),
    ...activeState,
  },
});
