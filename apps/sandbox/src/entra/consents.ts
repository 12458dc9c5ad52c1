import type { Client } from './clients.js';
import type { Tenant, User } from './directory.js';
import { permissionsGiven, permissionsIn } from './scopes.js';

interface TenantConsent {
  permissions: ReadonlySet<string>;
  /** Object ids of users for whom it was withdrawn. */
  except: Set<string>;
}

/** Entra adds these to the first consent by itself. */
const IMPLIED = new Set(['openid', 'offline_access']);

/** Who let which application have which permissions. */
export class Consents {
  private readonly own = new Map<string, ReadonlySet<string>>();
  private readonly ofTenants = new Map<string, TenantConsent>();

  give(user: User, { clientId }: Client, scopes: readonly string[]): void {
    const before = this.own.get(key(user.oid, clientId)) ?? [];
    this.own.set(key(user.oid, clientId), new Set([...before, ...permissionsGiven(scopes)]));
  }

  giveForTenant(tenant: Tenant, { clientId }: Client, scopes: readonly string[]): void {
    const before = this.ofTenants.get(key(tenant.id, clientId))?.permissions ?? [];
    const permissions = new Set([...before, ...permissionsGiven(scopes)]);
    this.ofTenants.set(key(tenant.id, clientId), { permissions, except: new Set() });
  }

  /** One consent covers discovery and every environment: at Microsoft they are one resource application. */
  cover(user: User, clientId: string, scopes: readonly string[]): boolean {
    const own = this.own.get(key(user.oid, clientId));
    const all = this.ofTenants.get(key(user.tenantId, clientId));
    const given = new Set([...(own ?? []), ...(all && !all.except.has(user.oid) ? all.permissions : [])]);
    return given.size > 0 && permissionsIn(scopes).every((one) => IMPLIED.has(one) || given.has(one));
  }

  /** Takes the user's consent back, also what an administrator gave for everybody, as far as it is this user's. */
  withdraw(user: User): void {
    for (const name of [...this.own.keys()]) if (name.startsWith(`${user.oid}/`)) this.own.delete(name);
    for (const [name, { except }] of this.ofTenants) if (name.startsWith(`${user.tenantId}/`)) except.add(user.oid);
  }

  clear(): void {
    this.own.clear();
    this.ofTenants.clear();
  }
}

function key(holder: string, clientId: string): string {
  return `${holder}/${clientId}`;
}
