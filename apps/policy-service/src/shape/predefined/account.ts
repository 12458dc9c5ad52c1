import { address, boolean, bookkeeping, choice, integer, lookup, money, rowId, statePair, text } from '../columns.js';
import type { TableShape } from '../shape.js';
import { contactMethods, industries } from './choices.js';

export const account: TableShape = {
  table: 'account',
  object: 'Account',
  purpose: {
    read: 'Looks up companies (accounts): name, address, phone, industry, size, primary contact. Use it to find the id of a company that was named in the call before another tool refers to it. An empty value may also mean that the user may not see it.',
    create:
      'Creates a company (account) that does not exist yet. Read Account first: a second account for the same company is hard to clean up. For a person use Create Contact, for a first inquiry Create Lead.',
    update:
      'Changes facts about a company: its address, phone, website, industry, number of employees or primary contact. Needs the id of the account. Give only what was said to have changed.',
  },
  columns: {
    accountid: rowId('Account'),
    name: text('Account Name', 160),
    accountnumber: text('Account Number', 20),
    telephone1: text('Main Phone', 50),
    telephone2: text('Other Phone', 50),
    fax: text('Fax', 50),
    emailaddress1: text('Email', 100),
    emailaddress2: text('Email Address 2', 100),
    websiteurl: text('Website', 200),
    description: text('Description', 2000),
    primarycontactid: lookup('Primary Contact', 'contact'),
    parentaccountid: lookup('Parent Account', 'account'),
    accountcategorycode: choice('Category', { 1: 'Preferred Customer', 2: 'Standard' }),
    customertypecode: choice('Relationship Type', {
      1: 'Competitor',
      2: 'Consultant',
      3: 'Customer',
      4: 'Investor',
      5: 'Partner',
      6: 'Influencer',
      7: 'Press',
      8: 'Prospect',
      9: 'Reseller',
      10: 'Supplier',
      11: 'Vendor',
      12: 'Other',
    }),
    industrycode: choice('Industry', industries),
    ownershipcode: choice('Ownership', { 1: 'Public', 2: 'Private', 3: 'Subsidiary', 4: 'Other' }),
    numberofemployees: integer('Number of Employees', 0, 1_000_000_000),
    revenue: money('Annual Revenue', 0, 100_000_000_000_000),
    sic: text('SIC Code', 20),
    tickersymbol: text('Ticker Symbol', 10),
    preferredcontactmethodcode: choice('Preferred Method of Contact', contactMethods),
    donotphone: boolean('Do not allow Phone Calls'),
    donotemail: boolean('Do not allow Emails'),
    ...address(),
    transactioncurrencyid: lookup('Currency', 'transactioncurrency'),
    ...bookkeeping,
    ...statePair({ 0: 'Active', 1: 'Inactive' }, { 1: 'Active', 2: 'Inactive' }),
  },
};
