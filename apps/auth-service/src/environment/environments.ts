import type { OrganizationDatabase } from '@bliro/database';
import { Problem } from '@bliro/http';
import type { Connection } from '../connection/connection.entity.js';
import type { Connections, Owner } from '../connection/connections.js';
import type { TokenUse } from '../vault/vault-event.js';
import type { Discovered, Discovery, SeenEnvironment } from './discovery.js';
import { lockForPlacement, place } from './placement.js';

export interface EnvironmentList {
  seen: SeenEnvironment[];
  pin: string | null;
}

/** The Dynamics environments that a user can reach, and the one that they chose. Nothing is chosen for them. */
export class Environments {
  constructor(
    private readonly database: OrganizationDatabase,
    private readonly connections: Connections,
    private readonly discovery: Discovery,
  ) {}

  /** Asked of Microsoft now. */
  async list(owner: Owner): Promise<EnvironmentList> {
    const connection = await this.connections.find(owner);
    if (connection === undefined) throw new Problem('not_found');
    const discovered = await this.discovery.ask(connection, useOf(owner, 'environments'));
    if (discovered.kind !== 'found') throw problemOf(discovered);
    return { seen: discovered.seen, pin: discovered.pin };
  }

  /** The connection with that environment. Choosing the same one again changes nothing. */
  async choose(owner: Owner, environmentId: string): Promise<Connection> {
    const id = environmentId.toLowerCase();
    const { seen, pin } = await this.list(owner);
    refusePinned(pin, id);
    const found = seen.find((one) => one.id === id);
    if (found === undefined) throw new Problem('environment_unknown');
    if (!found.selectable) throw new Problem('environment_not_selectable');
    const chosen = await this.write(owner, id);
    return (await this.discovery.label(chosen, useOf(owner, 'label'))) ?? chosen;
  }

  private async write(owner: Owner, environmentId: string): Promise<Connection> {
    const connection = await this.connections.find(owner);
    if (connection === undefined) throw new Problem('not_found');
    return this.database.run(owner.organization, async (manager) => {
      const { pin, row } = await lockForPlacement(manager, connection);
      refusePinned(pin, environmentId);
      if (row.status === 'needs_reconnect') throw new Problem('reconnect_required');
      if (row.status !== 'awaiting_environment' && row.status !== 'active') throw new Problem('not_connected');
      row.chosenEnvironmentId = environmentId;
      return place(manager, row, pin);
    });
  }
}

function refusePinned(pin: string | null, environmentId: string): void {
  if (pin !== null && pin !== environmentId) throw new Problem('environment_pinned');
}

function problemOf(refused: Exclude<Discovered, { kind: 'found' }>): Problem {
  if (refused.kind === 'refused' && refused.code !== 'unavailable') return new Problem(refused.code);
  return new Problem('microsoft_unavailable', { retryAfterSeconds: (refused.retryAfterMs ?? 5_000) / 1000 });
}

const useOf = ({ userId }: Owner, why: TokenUse['why']): TokenUse => ({ why, by: userId });
