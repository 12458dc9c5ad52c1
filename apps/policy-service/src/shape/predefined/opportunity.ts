import {
  boolean,
  bookkeeping,
  choice,
  date,
  integer,
  lookup,
  money,
  optIn,
  readOnly,
  rowId,
  statePair,
  text,
  required,
} from '../columns.js';
import type { TableShape } from '../shape.js';
import { budgets, needs, purchaseProcesses, purchaseTimeframes, ratings } from './choices.js';

export const opportunity: TableShape = {
  table: 'opportunity',
  object: 'Opportunity',
  purpose: {
    read: 'Looks up sales opportunities: topic, customer, stage, estimated revenue and close date. Use it to find the id of the deal that the call was about. An empty value may also mean that the user may not see it.',
    create:
      'Creates a sales opportunity: a concrete deal with a known customer that came up in the call. Give a topic (name) and the account or contact (customerid). Read Opportunity first, the deal may exist. For a mere interest use Create Lead.',
    update:
      'Changes a sales opportunity: what the call said about its stage, revenue, close date, need, pain points or proposed solution. Needs the id of the opportunity. Does not win or lose it.',
  },
  columns: {
    opportunityid: rowId('Opportunity'),
    name: required(text('Topic', 300)),
    customerid: lookup('Potential Customer', 'account', 'contact'),
    parentaccountid: lookup('Account', 'account'),
    parentcontactid: lookup('Contact', 'contact'),
    description: text('Description', 2000),
    currentsituation: text('Current Situation', 2000),
    customerneed: text('Customer Need', 2000),
    customerpainpoints: text('Customer Pain Points', 2000),
    proposedsolution: text('Proposed Solution', 2000),
    qualificationcomments: optIn(text('Qualification Comments', 2000)),
    quotecomments: text('Quote Comments', 2000),
    estimatedvalue: money('Est. Revenue', -1_000_000_000_000, 1_000_000_000_000),
    estimatedclosedate: date('Est. Close Date'),
    closeprobability: integer('Probability', 0, 100),
    opportunityratingcode: choice('Rating', ratings),
    salesstage: choice('Sales Stage', { 0: 'Qualify', 1: 'Develop', 2: 'Propose', 3: 'Close' }),
    stepname: text('Pipeline Phase', 200),
    budgetamount: money('Budget Amount', 0, 1_000_000_000_000),
    budgetstatus: choice('Budget', budgets),
    need: choice('Need', needs),
    purchaseprocess: choice('Purchase Process', purchaseProcesses),
    purchasetimeframe: choice('Purchase Timeframe', purchaseTimeframes),
    decisionmaker: boolean('Decision Maker?'),
    originatingleadid: lookup('Originating Lead', 'lead'),
    transactioncurrencyid: lookup('Currency', 'transactioncurrency'),
    actualvalue: readOnly(money('Actual Revenue', -1_000_000_000_000, 1_000_000_000_000)),
    actualclosedate: readOnly(date('Actual Close Date')),
    ...bookkeeping,
    ...statePair(
      { 0: 'Open', 1: 'Won', 2: 'Lost' },
      { 1: 'In Progress', 2: 'On Hold', 3: 'Won', 4: 'Canceled', 5: 'Out-Sold' },
    ),
  },
};
