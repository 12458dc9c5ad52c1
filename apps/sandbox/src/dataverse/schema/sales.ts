import { choice, decimal, lookup, phone, readOnly, state, status, text, type Column } from './column.js';

/** Columns and choices that several sales tables have alike. */
export function postalAddress(label: string, prefix: string): Record<string, Column> {
  return {
    [`${prefix}_line1`]: text(`${label}: Street 1`, 250),
    [`${prefix}_line2`]: text(`${label}: Street 2`, 250),
    [`${prefix}_city`]: text(`${label}: City`, 80),
    [`${prefix}_stateorprovince`]: text(`${label}: State/Province`, 50),
    [`${prefix}_postalcode`]: text(`${label}: ZIP/Postal Code`, 20),
    [`${prefix}_country`]: text(`${label}: Country/Region`, 80),
    [`${prefix}_telephone1`]: phone(`${label}: Phone`),
  };
}

export function currencyColumns(suffix = ''): Record<string, Column> {
  return {
    transactioncurrencyid: lookup('Currency', { [`transactioncurrencyid${suffix}`]: 'transactioncurrency' }),
    exchangerate: decimal('Exchange Rate', 0.000000000001, 100_000_000_000, 12, readOnly),
  };
}

export const activeState = {
  statecode: state({ 0: 'Active', 1: 'Inactive' }),
  statuscode: status({ 0: { 1: 'Active' }, 1: { 2: 'Inactive' } }),
};

export const priority = choice('Priority', { 0: 'Low', 1: 'Normal', 2: 'High' }, { initial: 1 });

export const preferredContact = choice(
  'Preferred Method of Contact',
  { 1: 'Any', 2: 'Email', 3: 'Phone', 4: 'Fax', 5: 'Mail' },
  { initial: 1 },
);

export const customerSize = choice('Customer Size', { 1: 'Default Value' }, { initial: 1 });

/** Lookup of an activity to what it is about. */
export function regarding(activity: string): Column {
  const tables = ['account', 'contact', 'lead', 'opportunity'];
  return lookup(
    'Regarding',
    Object.fromEntries(tables.map((table) => [`regardingobjectid_${table}_${activity}`, table])),
    { onDelete: 'cascade' },
  );
}

export const industries = choice('Industry', {
  1: 'Accounting',
  2: 'Agriculture and Non-petrol Natural Resource Extraction',
  3: 'Broadcasting Printing and Publishing',
  4: 'Brokers',
  5: 'Building Supply Retail',
  6: 'Business Services',
  7: 'Consulting',
  8: 'Consumer Services',
  9: 'Design, Direction and Creative Management',
  10: 'Distributors, Dispatchers and Processors',
  11: "Doctor's Offices and Clinics",
  12: 'Durable Manufacturing',
  13: 'Eating and Drinking Places',
  14: 'Entertainment Retail',
  15: 'Equipment Rental and Leasing',
  16: 'Financial',
  17: 'Food and Tobacco Processing',
  18: 'Inbound Capital Intensive Processing',
  19: 'Inbound Repair and Services',
  20: 'Insurance',
  21: 'Legal Services',
  22: 'Non-Durable Merchandise Retail',
  23: 'Outbound Consumer Service',
  24: 'Petrochemical Extraction and Distribution',
  25: 'Service Retail',
  26: 'SIG Affiliations',
  27: 'Social Services',
  28: 'Special Outbound Trade Contractors',
  29: 'Specialty Realty',
  30: 'Transportation',
  31: 'Utility Creation and Distribution',
  32: 'Vehicle Retail',
  33: 'Wholesale',
});
