import { membersOf, systemUserId, type Environment } from './environments.js';
import { tenants } from '../entra/directory.js';
import { RowStore, type Values } from './row.js';

/** What an environment holds before anybody writes: its unit, team, currency and members; no business rows. */
export function seededStore(environment: Environment): RowStore {
  const store = new RowStore();
  const { businessUnitId, teamId, currencyId, name } = environment;
  const tenant = tenants.find(({ id }) => id === environment.tenantId);
  const born = { createdon: '2026-01-05T08:00:00Z', modifiedon: '2026-01-05T08:00:00Z' };
  const unit = { table: 'businessunit', id: businessUnitId };
  const currency = { table: 'transactioncurrency', id: currencyId };
  const put = (table: string, id: string, values: Values): unknown => store.put(table, id, { ...values, ...born });

  put('businessunit', businessUnitId, { name: tenant?.displayName ?? name, isdisabled: false });
  put('transactioncurrency', currencyId, {
    currencyname: 'Euro',
    isocurrencycode: 'EUR',
    currencysymbol: '€',
    currencyprecision: 2,
    exchangerate: 1,
  });
  put('team', teamId, { name, isdefault: true, teamtype: 0, businessunitid: unit });
  for (const person of membersOf(environment)) {
    const [firstname = '', lastname = ''] = person.name.split(' ');
    put('systemuser', systemUserId(environment, person), {
      fullname: person.name,
      firstname,
      lastname,
      domainname: person.upn,
      internalemailaddress: person.upn,
      azureactivedirectoryobjectid: person.oid,
      isdisabled: false,
      accessmode: 0,
      businessunitid: unit,
      transactioncurrencyid: currency,
    });
  }
  return store;
}
