import { environments } from '../dataverse/environments.js';
import { testClientId } from '../entra/clients.js';
import { tenants, users } from '../entra/directory.js';
import { secretMarkers } from '../markers.js';
import type { Sandbox } from '../sandbox.js';

/** Who and what there is here, with addresses. */
export function info(sandbox: Sandbox): object {
  const testClient = sandbox.clients.get(testClientId);
  return {
    discoveryUrl: sandbox.discoveryUrl,
    tenants: tenants.map((tenant) => ({
      id: tenant.id,
      name: tenant.name,
      userConsent: sandbox.accounts.usersMayConsent(tenant),
      adminUpn: tenant.adminUpn,
    })),
    users: users.map((user) => ({
      upn: user.upn,
      tenantId: user.tenantId,
      environments: sandbox.environmentsOf(user).map(({ id }) => id),
    })),
    environments: environments.map((environment) => ({
      id: environment.id,
      tenantId: environment.tenantId,
      name: environment.name,
      url: sandbox.environmentUrl(environment),
      apiUrl: sandbox.environmentUrl(environment),
      type: environment.type,
    })),
    testClient: {
      clientId: testClientId,
      clientSecret: testClient?.clientSecret,
      redirectUri: testClient?.redirectUris[0],
      authority: `${sandbox.origin}/organizations`,
    },
    secretMarkers,
  };
}
