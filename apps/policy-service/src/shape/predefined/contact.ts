import {
  address,
  boolean,
  bookkeeping,
  choice,
  date,
  lookup,
  readOnly,
  rowId,
  statePair,
  text,
  required,
} from '../columns.js';
import type { TableShape } from '../shape.js';
import { contactMethods } from './choices.js';

export const contact: TableShape = {
  table: 'contact',
  object: 'Contact',
  purpose: {
    read: 'Looks up people (contacts): name, job title, phone, email, company. Use it to find the id of a person who was in the call or was named in it. An empty value may also mean that the user may not see it.',
    create:
      'Creates a person (contact) who does not exist yet, best with the company that they work for (parentcustomerid). Read Contact by email or name first. For a person who has only shown a first interest use Create Lead.',
    update:
      'Changes facts about a person: a new phone number, email, job title, address or company. Needs the id of the contact. Give only what was said to have changed.',
  },
  columns: {
    contactid: rowId('Contact'),
    fullname: readOnly(text('Full Name', 160)),
    salutation: text('Salutation', 100),
    firstname: text('First Name', 50),
    middlename: text('Middle Name', 50),
    lastname: required(text('Last Name', 50)),
    suffix: text('Suffix', 10),
    nickname: text('Nickname', 100),
    jobtitle: text('Job Title', 100),
    department: text('Department', 100),
    parentcustomerid: lookup('Company Name', 'account', 'contact'),
    emailaddress1: text('Email', 100),
    emailaddress2: text('Email Address 2', 100),
    telephone1: text('Business Phone', 50),
    telephone2: text('Home Phone', 50),
    mobilephone: text('Mobile Phone', 50),
    fax: text('Fax', 50),
    websiteurl: text('Website', 200),
    description: text('Description', 2000),
    birthdate: date('Birthday'),
    anniversary: date('Anniversary'),
    assistantname: text('Assistant', 100),
    managername: text('Manager', 100),
    accountrolecode: choice('Role', { 1: 'Decision Maker', 2: 'Employee', 3: 'Influencer' }),
    preferredcontactmethodcode: choice('Preferred Method of Contact', contactMethods),
    donotphone: boolean('Do not allow Phone Calls'),
    donotemail: boolean('Do not allow Emails'),
    ...address(),
    ...bookkeeping,
    ...statePair({ 0: 'Active', 1: 'Inactive' }, { 1: 'Active', 2: 'Inactive' }),
  },
};
