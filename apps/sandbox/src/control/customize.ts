import { BlockList } from 'node:net';
import { DataverseFailure } from '../dataverse/failure.js';
import type { Organization } from '../dataverse/organization.js';
import type { Standing } from '../dataverse/rights/membership.js';
import { administratorRole, customRole, fullRole, readRole, type Role } from '../dataverse/rights/role.js';
import type { Value } from '../dataverse/row.js';
import { parseValue } from '../dataverse/value.js';
import { addUsers, tenantOf, tenants, findUser, users } from '../entra/directory.js';
import type { Sandbox } from '../sandbox.js';
import { stableId } from '../stable-id.js';
import type { Customization } from './customize-schema.js';
import * as tables from './customize-tables.js';
import { ControlProblem } from './problem.js';
import { organizationAt, tableNamed } from './records.js';

type Part<K extends keyof Customization> = NonNullable<Customization[K]>;
type Steps = {
  [K in Exclude<keyof Customization, 'environment'>]-?: (organization: Organization, given: Part<K>) => void;
};

/** In this order. */
const steps: Steps = {
  table: tables.addTable,
  renameTable: tables.renameTable,
  removeTable: tables.removeTable,
  column: tables.putColumn,
  renameColumn: tables.renameColumn,
  removeColumn: tables.removeColumn,
  key: tables.putKey,
  expireMetadataStamps: ({ schema }) => {
    schema.expireStamps();
  },
  plugIn: addPlugIn,
  removePlugIn: ({ plugIns }, name) => {
    if (!plugIns.remove(name)) throw new ControlProblem(400, 'unknown_plug_in', `There is no plug-in ${name}.`);
  },
  duplicateRule: (organization, rule) => {
    const table = tableNamed(organization, rule.table);
    for (const column of rule.columns) tables.requireColumn(table, column);
    organization.rules = [...organization.rules.filter(({ name }) => name !== rule.name), rule];
  },
  removeDuplicateRule: (organization, name) => {
    organization.rules = organization.rules.filter((rule) => rule.name !== name);
  },
  user: changeUser,
  addUsers: addPeople,
  secureColumn: secure,
  releaseColumn: (organization, { table, column }) => {
    organization.security.release(tableNamed(organization, table).logicalName, column);
    organization.schema.put(tableNamed(organization, table));
  },
  blockedApplications: (organization, ids) => {
    organization.blockedApplications = new Set(ids.map((id) => id.toLowerCase()));
  },
  ipFirewall: (organization, allowed) => setFirewall(organization, allowed),
};

/**
 * A customer's changes while the environment runs.
 * @throws ControlProblem for names that aren't there, and for what can't be changed
 */
export function customize(sandbox: Sandbox, { environment, ...changes }: Customization): void {
  const organization = organizationAt(sandbox, environment);
  for (const [name, step] of Object.entries(steps) as [keyof Steps, (to: Organization, given: unknown) => void][])
    if (changes[name] !== undefined) step(organization, changes[name]);
}

function addPlugIn(organization: Organization, { set, when, refuse, ...given }: Part<'plugIn'>): void {
  const table = tableNamed(organization, given.table);
  const values = Object.entries(set).map(([name, value]): [string, Value] => {
    try {
      return [name, parseValue(table, name, tables.requireColumn(table, name), value)];
    } catch (error) {
      if (error instanceof DataverseFailure) throw new ControlProblem(400, 'invalid_field', error.message);
      throw error;
    }
  });
  for (const name of Object.keys(when)) tables.requireColumn(table, name);
  organization.plugIns.add({
    ...given,
    when,
    set: Object.fromEntries(values),
    ...(refuse === undefined ? {} : { refuse }),
  });
}

const namedRoles: Record<'full' | 'read' | 'administrator', Role> = {
  full: fullRole,
  read: readRole,
  administrator: administratorRole,
};

function changeUser(organization: Organization, given: Part<'user'>): void {
  const { environment, membership } = organization;
  const person = findUser(given.upn);
  if (!person)
    throw new ControlProblem(400, 'unknown_user', `There is no user ${given.upn}; /control/info lists them.`);
  if (tenantOf(person).id !== environment.tenantId)
    throw new ControlProblem(409, 'foreign_user', `${given.upn} is of another tenant than the environment.`);
  const roles = given.roles?.map((role) =>
    typeof role === 'string' ? namedRoles[role] : customRole(role.name, role.tables),
  );
  const change: Partial<Standing> = {
    ...(roles === undefined ? {} : { roles }),
    ...(given.licence === undefined ? {} : { licensed: given.licence }),
    ...(given.member === undefined ? {} : { member: given.member }),
    ...(given.disabled === undefined ? {} : { disabled: given.disabled }),
    ...(given.businessUnit === undefined ? {} : { businessUnitId: businessUnit(organization, given.businessUnit) }),
  };
  membership.change(person, change);
  organization.seedUser(person);
}

function addPeople(organization: Organization, { prefix, count }: Part<'addUsers'>): void {
  const home = tenants.find(({ id }) => id === organization.environment.tenantId);
  for (const person of home ? addUsers(home, prefix, count) : []) {
    organization.membership.change(person, { member: true, roles: [fullRole] });
    organization.seedUser(person);
  }
}

/** The unit of that name, made under the root where there is none. */
function businessUnit({ store, environment }: Organization, name: string): string {
  for (const { id, values } of store.all('businessunit')) if (values['name'] === name) return id;
  const id = stableId(`businessunit/${environment.slug}/${name}`);
  const parentbusinessunitid = { table: 'businessunit', id: environment.businessUnitId };
  store.put('businessunit', {
    id,
    version: store.nextVersion(),
    values: { name, isdisabled: false, parentbusinessunitid },
  });
  return id;
}

function secure(organization: Organization, { column, ...given }: Part<'secureColumn'>): void {
  const table = tableNamed(organization, given.table);
  tables.requireColumn(table, column);
  const administrators = users.filter(({ admin }) => admin).map(({ upn }) => upn);
  const allowed = (upns: readonly string[]) => new Set([...upns.map((upn) => upn.toLowerCase()), ...administrators]);
  organization.security.secure(table.logicalName, column, {
    read: allowed(given.read),
    update: allowed(given.update),
    create: allowed(given.create),
  });
  // Its definition says so from now on.
  organization.schema.put(table);
}

function setFirewall(organization: Organization, allowed: readonly string[] | null): void {
  if (allowed === null) {
    organization.firewall = undefined;
    return;
  }
  const list = new BlockList();
  for (const one of allowed) {
    const [address = '', bits] = one.split('/');
    list.addSubnet(address, Number(bits ?? 32), 'ipv4');
  }
  organization.firewall = list;
}
