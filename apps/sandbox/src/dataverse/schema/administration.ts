import {
  choice,
  decimal,
  email,
  lookup,
  memo,
  phone,
  primaryId,
  readOnly,
  text,
  url,
  wanted,
  whole,
} from './column.js';
import { yesNo, type Column } from './column.js';
import { defineTable } from './table.js';

const quiet = { hasNotes: false, writable: false } as const;
const directoryId = (label: string): Column => ({ ...primaryId(label), required: 'None', ...readOnly });

export const systemuser = defineTable({
  logicalName: 'systemuser',
  schemaName: 'SystemUser',
  entitySetName: 'systemusers',
  displayName: 'User',
  displayCollectionName: 'Users',
  objectTypeCode: 8,
  primaryId: 'systemuserid',
  primaryName: 'fullname',
  ownership: 'BusinessOwned',
  ...quiet,
  columns: {
    systemuserid: primaryId('User'),
    fullname: text('Full Name', 200, readOnly),
    firstname: text('First Name', 256, wanted),
    lastname: text('Last Name', 256, wanted),
    title: text('Title', 128),
    jobtitle: text('Job Title', 100),
    domainname: text('User Name', 1024, wanted),
    internalemailaddress: email('Primary Email'),
    address1_telephone1: phone('Main Phone'),
    mobilephone: phone('Mobile Phone'),
    azureactivedirectoryobjectid: directoryId('Azure AD Object ID'),
    isdisabled: yesNo('Status', false, readOnly),
    accessmode: choice('Access Mode', { 0: 'Read-Write', 1: 'Administrative', 2: 'Read' }, { initial: 0 }),
    businessunitid: lookup('Business Unit', { businessunitid: 'businessunit' }),
    transactioncurrencyid: lookup('Currency', { transactioncurrencyid: 'transactioncurrency' }),
  },
});

export const businessunit = defineTable({
  logicalName: 'businessunit',
  schemaName: 'BusinessUnit',
  entitySetName: 'businessunits',
  displayName: 'Business Unit',
  displayCollectionName: 'Business Units',
  objectTypeCode: 10,
  primaryId: 'businessunitid',
  primaryName: 'name',
  ownership: 'BusinessParented',
  ...quiet,
  columns: {
    businessunitid: primaryId('Business Unit'),
    name: text('Name', 160, wanted),
    divisionname: text('Division', 100),
    description: memo('Description'),
    emailaddress: email('Email'),
    websiteurl: url('Website'),
    address1_telephone1: phone('Main Phone'),
    isdisabled: yesNo('Is Disabled', false, readOnly),
    parentbusinessunitid: lookup('Parent Business', { parentbusinessunitid: 'businessunit' }),
  },
});

export const team = defineTable({
  logicalName: 'team',
  schemaName: 'Team',
  entitySetName: 'teams',
  displayName: 'Team',
  displayCollectionName: 'Teams',
  objectTypeCode: 9,
  primaryId: 'teamid',
  primaryName: 'name',
  ownership: 'BusinessOwned',
  ...quiet,
  columns: {
    teamid: primaryId('Team'),
    name: text('Team Name', 160, wanted),
    description: memo('Description'),
    emailaddress: email('Email'),
    isdefault: yesNo('Is Default', false, readOnly),
    teamtype: choice('Team Type', { 0: 'Owner', 1: 'Access', 2: 'Security Group', 3: 'Office Group' }, { initial: 0 }),
    administratorid: lookup('Administrator', { administratorid: 'systemuser' }),
    businessunitid: lookup('Business Unit', { businessunitid: 'businessunit' }),
  },
});

export const transactioncurrency = defineTable({
  logicalName: 'transactioncurrency',
  schemaName: 'TransactionCurrency',
  entitySetName: 'transactioncurrencies',
  displayName: 'Currency',
  displayCollectionName: 'Currencies',
  objectTypeCode: 9105,
  primaryId: 'transactioncurrencyid',
  primaryName: 'currencyname',
  ownership: 'OrganizationOwned',
  ...quiet,
  columns: {
    transactioncurrencyid: primaryId('Transaction Currency'),
    currencyname: text('Currency Name', 100, wanted),
    isocurrencycode: text('Currency Code', 5, wanted),
    currencysymbol: text('Currency Symbol', 13),
    currencyprecision: whole('Currency Precision', 0, 4),
    exchangerate: decimal('Exchange Rate', 0.000000000001, 100_000_000_000, 12),
  },
});
