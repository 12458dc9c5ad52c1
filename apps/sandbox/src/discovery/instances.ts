import type { Environment } from '../dataverse/environments.js';
import type { User } from '../entra/directory.js';

/** `OrganizationType` of Microsoft's documentation, as far as it occurs here. */
const organizationTypes: Record<Environment['type'], number> = { Production: 0, Sandbox: 5 };

export type Instance = Record<string, string | number | boolean | null>;

/** The instances that a user belongs to, with the field names of Global Discovery. */
export function instancesOf(
  user: User,
  environments: readonly Environment[],
  urlOf: (environment: Environment) => string,
): Instance[] {
  return environments.map((environment) => ({
    Id: environment.id,
    UniqueName: environment.uniqueName,
    UrlName: environment.slug,
    FriendlyName: environment.name,
    // 0 is enabled, and 6 is "InstancePickerReady".
    State: 0,
    StatusMessage: 6,
    Version: '9.2.24104.00186',
    Url: urlOf(environment),
    ApiUrl: urlOf(environment),
    LastUpdated: '2026-01-05T08:00:00Z',
    SchemaType: 'Full',
    OrganizationType: organizationTypes[environment.type],
    Purpose: environment.type,
    Region: 'EMEA',
    EnvironmentId: environment.environmentId,
    TenantId: environment.tenantId,
    TrialExpirationDate: null,
    DatacenterId: '4f8b2e5a-1c3d-4e6f-8a9b-0c1d2e3f4a5b',
    DatacenterName: null,
    IsUserSysAdmin: user.admin,
  }));
}
