import { tenants, users, type User } from '../entra/directory.js';
import { stableId } from '../stable-id.js';

/** What a user may do in an environment. */
export type Rights = 'full' | 'read';

export interface Environment {
  /** Organization id, the `Id` of Global Discovery. */
  id: string;
  /** Power Platform's own id for it. */
  environmentId: string;
  tenantId: string;
  /** Path segment under /dataverse and `UrlName`. */
  slug: string;
  name: string;
  uniqueName: string;
  type: 'Production' | 'Sandbox';
  businessUnitId: string;
  currencyId: string;
  teamId: string;
  /** By upn. */
  members: ReadonlyMap<string, Rights>;
}

function environment(
  tenantName: string,
  slug: string,
  name: string,
  type: Environment['type'],
  members: Record<string, Rights>,
): Environment {
  const home = tenants.find((candidate) => candidate.name === tenantName);
  if (!home) throw new Error(`No tenant ${tenantName}`);
  return {
    id: stableId(`environment/${slug}`),
    environmentId: stableId(`power-platform/${slug}`),
    tenantId: home.id,
    slug,
    name,
    uniqueName: `unq${stableId(`unique/${slug}`).replaceAll('-', '').slice(0, 20)}`,
    type,
    businessUnitId: stableId(`businessunit/${slug}`),
    currencyId: stableId(`currency/${slug}`),
    teamId: stableId(`team/${slug}`),
    members: new Map(Object.entries(members).map(([account, rights]) => [`${account}@${home.domain}`, rights])),
  };
}

export const environments: readonly Environment[] = [
  environment('contoso', 'contoso', 'Contoso', 'Production', { ada: 'full', ben: 'full', eve: 'read', admin: 'full' }),
  environment('contoso', 'contoso-sandbox', 'Contoso Sandbox', 'Sandbox', { ada: 'full', admin: 'full' }),
  environment('fabrikam', 'fabrikam', 'Fabrikam', 'Production', { fay: 'full', admin: 'full' }),
  environment('northwind', 'northwind', 'Northwind', 'Production', { nia: 'full', admin: 'full' }),
];

export function environmentById(id: string): Environment | undefined {
  return environments.find((candidate) => candidate.id === id.toLowerCase());
}

export function environmentPath({ slug }: Environment): string {
  return `/dataverse/${slug}`;
}

/** Id of the user's `systemuser` row in that environment. */
export function systemUserId({ slug }: Environment, person: User): string {
  return stableId(`systemuser/${slug}/${person.upn}`);
}

export function membersOf({ members }: Environment): User[] {
  return users.filter(({ upn }) => members.has(upn));
}
