import { setMaxListeners } from 'node:events';
import type { Logger } from '@bliro/observe';
import { Faults } from './control/faults.js';
import { Journal } from './control/journal.js';
import { Settings } from './control/settings.js';
import { environmentPath, environments, type Environment } from './dataverse/environments.js';
import { Organization } from './dataverse/organization.js';
import { documentedLimits } from './dataverse/protection.js';
import { Accounts } from './entra/accounts.js';
import { registeredClients, type Client, type ServiceRegistration } from './entra/clients.js';
import { Consents } from './entra/consents.js';
import { forgetAddedUsers, type User } from './entra/directory.js';
import { Grants } from './entra/grants.js';
import { Sessions } from './entra/sessions.js';
import { HostProduct } from './host/host-product.js';
import { TokenKey } from './token-key.js';

export interface SandboxOptions {
  logger: Logger;
  hostAudience: string;
  /** auth-service's registration; without it only the test client exists. */
  service?: ServiceRegistration;
  /** Milliseconds since 1970; a test of lives that last days brings its own. */
  now?: () => number;
}

/** Everything that the stand-ins know, in memory. */
export class Sandbox {
  readonly journal = new Journal();
  readonly faults = new Faults();
  readonly settings = new Settings();
  readonly accounts = new Accounts();
  readonly consents = new Consents();
  readonly sessions = new Sessions();
  readonly grants = new Grants();
  readonly now: () => number;
  readonly logger: Logger;
  readonly clients: ReadonlyMap<string, Client>;
  private readonly stopping = new AbortController();
  private organizations = this.freshOrganizations();
  private listensAt = 'http://127.0.0.1';

  private constructor(
    options: SandboxOptions,
    readonly entraKey: TokenKey,
    readonly host: HostProduct,
  ) {
    this.logger = options.logger;
    this.now = options.now ?? Date.now;
    // Every answer that a fault holds back listens to this one signal.
    setMaxListeners(0, this.stopping.signal);
    this.clients = registeredClients(options.service);
  }

  static async create(options: SandboxOptions): Promise<Sandbox> {
    const [entraKey, host] = await Promise.all([TokenKey.generate('RS256'), HostProduct.create(options.hostAudience)]);
    return new Sandbox(options, entraKey, host);
  }

  /** Scheme, address and port under which everything here names itself. */
  get origin(): string {
    return this.listensAt;
  }

  listeningAt(port: number): void {
    this.listensAt = `http://127.0.0.1:${port}`;
  }

  /** The same under the name by which a request came: 127.0.0.1 or localhost. */
  originFor(host: string | undefined): string {
    const { port } = new URL(this.origin);
    return host?.toLowerCase() === `localhost:${port}` ? `http://localhost:${port}` : this.origin;
  }

  get discoveryUrl(): string {
    return `${this.origin}/discovery`;
  }

  environmentUrl(environment: Environment): string {
    return `${this.origin}${environmentPath(environment)}`;
  }

  organizationOf(environment: Environment): Organization {
    const organization = this.organizations.get(environment.id);
    if (!organization) throw new Error(`No organization is kept for ${environment.slug}`);
    return organization;
  }

  /** Those that Global Discovery shows to them. */
  environmentsOf(user: User): Environment[] {
    return environments.filter((environment) => this.organizationOf(environment).membership.isShownTo(user));
  }

  /** Aborted when the process stops, so that no answer is waited for. */
  get closing(): AbortSignal {
    return this.stopping.signal;
  }

  close(): void {
    this.stopping.abort();
  }

  /** As at start, with the same keys, so that nobody's verification breaks. */
  reset(): void {
    this.journal.clear();
    this.faults.clear();
    this.settings.clear();
    for (const part of [this.accounts, this.consents, this.sessions, this.grants]) part.clear();
    forgetAddedUsers();
    this.organizations = this.freshOrganizations();
  }

  private freshOrganizations(): Map<string, Organization> {
    const stopping = this.stopping.signal;
    const limits = () => ({ ...documentedLimits, ...this.settings.throttle });
    return new Map(
      environments.map((environment) => [environment.id, new Organization(environment, { stopping, limits })]),
    );
  }
}
