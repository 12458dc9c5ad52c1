import type { OrganizationDatabase } from '@bliro/database';
import type { Caller } from '@bliro/http';
import { Connection } from '../connection/connection.entity.js';
import type { EntraClient } from '../token/entra-client.js';
import { allowedTenants } from './tenants.js';

/** The way on for a tenant whose users may not consent: a link for its administrator, and a text to send along. */
export class AdminConsent {
  constructor(
    private readonly database: OrganizationDatabase,
    private readonly entra: EntraClient,
    private readonly app: { productName: string; clientId: string; discoveryUrl: string },
  ) {}

  async link(caller: Pick<Caller, 'organization' | 'userId'>): Promise<{ url: string; message: string }> {
    const url = this.entra.adminConsentUrl(await this.tenantOf(caller), this.app.discoveryUrl);
    return { url, message: messageFor(this.app, url) };
  }

  /** Undefined where it isn't known: then the administrator's own tenant is meant. */
  private tenantOf({ organization, userId }: Pick<Caller, 'organization' | 'userId'>): Promise<string | undefined> {
    return this.database.run(organization, async (manager) => {
      const own = await manager.findOneBy(Connection, { organization, userId });
      const known = own?.tenantId ?? null;
      if (known !== null) return known;
      const [only, ...others] = await allowedTenants(manager, organization);
      return others.length === 0 ? only : undefined;
    });
  }
}

function messageFor({ productName, clientId }: { productName: string; clientId: string }, url: string): string {
  return [
    `Please approve ${productName} for our organization in Microsoft Entra: ${url}`,
    `Application (client) id: ${clientId}. It asks for three delegated permissions:`,
    '- openid: to know which Microsoft account signed in;',
    '- offline_access: to go on after a meeting without a new sign-in;',
    '- Dynamics CRM user_impersonation: to work in Dynamics 365 as the user who signed in, with that user’s own rights and nothing more.',
    `${productName} gets no permission of its own in our Dynamics environment. After you approved it, each of us connects with our own account.`,
  ].join('\n');
}
