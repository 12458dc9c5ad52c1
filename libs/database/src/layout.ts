import { DatabaseMistake } from './errors.js';

export type ServiceSchema = 'auth' | 'policy' | 'crm';
export type LoginKey =
  | 'authOwner'
  | 'authHttp'
  | 'authWork'
  | 'policyOwner'
  | 'policyHttp'
  | 'policyWork'
  | 'crmOwner'
  | 'crmHttp'
  | 'crmWork'
  | 'crmWorker'
  | 'keystore'
  | 'queue';

export interface Login {
  key: LoginKey;
  suffix: string;
  schema: string;
  place: 'main' | 'keystore';
  /** Group whose rights it has; a login without one owns its schema. */
  group?: string;
}

/** NOLOGIN roles, the same on every server: what migrations grant to and policies name. */
export const groupRoles: Record<ServiceSchema, { http: string; work: string[] }> = {
  auth: { http: 'bliro_auth_http', work: ['bliro_auth_work'] },
  policy: { http: 'bliro_policy_http', work: ['bliro_policy_work'] },
  crm: { http: 'bliro_crm_http', work: ['bliro_crm_work', 'bliro_crm_worker'] },
};

export const serviceSchemas = Object.keys(groupRoles) as ServiceSchema[];

export function rolesOf(schema: ServiceSchema): string[] {
  return [groupRoles[schema].http, ...groupRoles[schema].work];
}

export const logins: Login[] = [
  { key: 'authOwner', suffix: 'auth_owner', schema: 'auth', place: 'main' },
  { key: 'authHttp', suffix: 'auth_http', schema: 'auth', place: 'main', group: 'bliro_auth_http' },
  { key: 'authWork', suffix: 'auth_work', schema: 'auth', place: 'main', group: 'bliro_auth_work' },
  { key: 'policyOwner', suffix: 'policy_owner', schema: 'policy', place: 'main' },
  { key: 'policyHttp', suffix: 'policy_http', schema: 'policy', place: 'main', group: 'bliro_policy_http' },
  { key: 'policyWork', suffix: 'policy_work', schema: 'policy', place: 'main', group: 'bliro_policy_work' },
  { key: 'crmOwner', suffix: 'crm_owner', schema: 'crm', place: 'main' },
  { key: 'crmHttp', suffix: 'crm_http', schema: 'crm', place: 'main', group: 'bliro_crm_http' },
  { key: 'crmWork', suffix: 'crm_work', schema: 'crm', place: 'main', group: 'bliro_crm_work' },
  { key: 'crmWorker', suffix: 'crm_worker', schema: 'crm', place: 'main', group: 'bliro_crm_worker' },
  { key: 'keystore', suffix: 'keystore', schema: 'keystore', place: 'keystore' },
  { key: 'queue', suffix: 'queue', schema: 'queue', place: 'main' },
];

/** Names of one installation: its two databases, and what its login roles are called. */
export interface Installation {
  main: string;
  keystore: string;
  login(suffix: string): string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const MAX_NAME = 63;

/** Throws `DatabaseMistake` where a name would be cut off by PostgreSQL, break a URL, or be one of the group roles. */
export function installationOf(database: string, loginPrefix = database): Installation {
  const installation: Installation = {
    main: database,
    keystore: `${database}_keystore`,
    login: (suffix) => `${loginPrefix}_${suffix}`,
  };
  const groups = serviceSchemas.flatMap(rolesOf);
  for (const name of [installation.main, installation.keystore, ...logins.map((l) => installation.login(l.suffix))]) {
    if (!NAME.test(name))
      throw new DatabaseMistake(`"${name}" must be letters, digits, "_" and "-", not a digit first.`);
    if (name.length > MAX_NAME) throw new DatabaseMistake(`"${name}" is longer than ${MAX_NAME} characters.`);
    if (groups.includes(name)) {
      throw new DatabaseMistake(
        `The database can't be called "${loginPrefix}": its login "${name}" is a group role's name.`,
      );
    }
  }
  return installation;
}
