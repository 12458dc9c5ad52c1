import { stableId } from '../stable-id.js';

export interface Tenant {
  id: string;
  /** Short name, first label of its domain. */
  name: string;
  domain: string;
  displayName: string;
  /** Whether users may consent for themselves. */
  userConsent: boolean;
  adminUpn: string;
}

export interface User {
  upn: string;
  name: string;
  /** Object id. */
  oid: string;
  tenantId: string;
  admin: boolean;
}

function tenant(name: string, displayName: string, userConsent = true): Tenant {
  const domain = `${name}.example`;
  return { id: stableId(`tenant/${name}`), name, domain, displayName, userConsent, adminUpn: `admin@${domain}` };
}

const contoso = tenant('contoso', 'Contoso');
const fabrikam = tenant('fabrikam', 'Fabrikam');
const northwind = tenant('northwind', 'Northwind Traders', false);

export const tenants: readonly Tenant[] = [contoso, fabrikam, northwind];

function user(home: Tenant, account: string, name: string): User {
  const upn = `${account}@${home.domain}`;
  return { upn, name, oid: stableId(`user/${upn}`), tenantId: home.id, admin: upn === home.adminUpn };
}

const everybody: User[] = [
  user(contoso, 'ada', 'Ada Berg'),
  user(contoso, 'ben', 'Ben Okafor'),
  user(contoso, 'eve', 'Eve Lind'),
  user(contoso, 'admin', 'Contoso Admin'),
  user(fabrikam, 'fay', 'Fay Moreau'),
  user(fabrikam, 'admin', 'Fabrikam Admin'),
  user(northwind, 'nia', 'Nia Novak'),
  user(northwind, 'admin', 'Northwind Admin'),
];

/** In this order wherever they are listed. */
export const users: readonly User[] = everybody;
const atStart = everybody.length;

const byUpn = new Map(users.map((person) => [person.upn, person]));
const byOid = new Map(users.map((person) => [person.oid, person]));

/** More people of a tenant, `<prefix>0001` and so on; who is there already is left alone. */
export function addUsers(home: Tenant, prefix: string, count: number): User[] {
  const numbers = Array.from({ length: count }, (_, at) => String(at + 1).padStart(4, '0'));
  return numbers.map((number) => {
    const one = user(home, `${prefix}${number}`, `${prefix.slice(0, 1).toUpperCase()}${prefix.slice(1)} ${number}`);
    const known = byUpn.get(one.upn);
    if (known) return known;
    everybody.push(one);
    byUpn.set(one.upn, one);
    byOid.set(one.oid, one);
    return one;
  });
}

export function forgetAddedUsers(): void {
  for (const { upn, oid } of everybody.splice(atStart)) {
    byUpn.delete(upn);
    byOid.delete(oid);
  }
}

export function findUser(upn: string): User | undefined {
  return byUpn.get(upn.trim().toLowerCase());
}

export function userByOid(oid: string): User | undefined {
  return byOid.get(oid);
}

export function tenantOf(person: User): Tenant {
  const home = tenants.find(({ id }) => id === person.tenantId);
  if (!home) throw new Error(`The tenant of ${person.upn} is not in the table`);
  return home;
}

/** What the first segment of an Entra path may name. */
export type Authority = { kind: 'any' } | { kind: 'tenant'; tenant: Tenant };

/** `organizations`, `common`, or a tenant by id or domain. */
export function findAuthority(segment: string): Authority | undefined {
  const name = segment.toLowerCase();
  if (name === 'organizations' || name === 'common') return { kind: 'any' };
  const found = tenants.find(({ id, domain }) => id === name || domain === name);
  return found && { kind: 'tenant', tenant: found };
}

export function admits(authority: Authority, person: User): boolean {
  return authority.kind === 'any' || authority.tenant.id === person.tenantId;
}

export function usersOf(authority: Authority): User[] {
  return users.filter((person) => admits(authority, person));
}
