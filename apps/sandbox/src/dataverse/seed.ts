import { membersOf, systemUserId, type Environment } from './environments.js';
import { tenants, type User } from '../entra/directory.js';
import { RowStore, type Values } from './row.js';

/** What an environment holds before anybody writes: its unit, team, currency and members; no business rows. */
export function seededStore(environment: Environment): RowStore {
  const store = new RowStore();
  const { businessUnitId, teamId, currencyId, name } = environment;
  const tenant = tenants.find(({ id }) => id === environment.tenantId);
  const unit = { table: 'businessunit', id: businessUnitId };
  const put = (table: string, id: string, values: Values): void =>
    store.put(table, { id, version: store.nextVersion(), values: { ...values, ...born } });

  put('businessunit', businessUnitId, { name: tenant?.displayName ?? name, isdisabled: false });
  put('transactioncurrency', currencyId, {
    currencyname: 'Euro',
    isocurrencycode: 'EUR',
    currencysymbol: '€',
    currencyprecision: 2,
    exchangerate: 1,
  });
  put('team', teamId, { name, isdefault: true, teamtype: 0, businessunitid: unit });
  for (const person of membersOf(environment)) seedUser(store, environment, person, businessUnitId);
  return store;
}

const born = { createdon: '2026-01-05T08:00:00Z', modifiedon: '2026-01-05T08:00:00Z' };

/** The `systemuser` row of somebody, as it is or anew. */
export function seedUser(store: RowStore, environment: Environment, person: User, businessUnitId: string): void {
  const [firstname = '', lastname = ''] = person.name.split(' ');
  const values = {
    ...born,
    fullname: person.name,
    firstname,
    lastname,
    domainname: person.upn,
    internalemailaddress: person.upn,
    azureactivedirectoryobjectid: person.oid,
    isdisabled: false,
    accessmode: 0,
    businessunitid: { table: 'businessunit', id: businessUnitId },
    transactioncurrencyid: { table: 'transactioncurrency', id: environment.currencyId },
  };
  store.put('systemuser', { id: systemUserId(environment, person), version: store.nextVersion(), values });
}
