import type { EntityManager } from 'typeorm';
import { changeConnection, lockConnection } from '../connection/change.js';
import type { Connection } from '../connection/connection.entity.js';
import { lockOrganization } from '../connection/organization.js';
import { FoundEnvironment } from './found-environment.entity.js';
import { differs, placed, type Placement, wantedEnvironment } from './placed.js';

/** The organization's row and one of its connections, both locked in the right order. */
export async function lockForPlacement(
  manager: EntityManager,
  { organization, id }: Pick<Connection, 'organization' | 'id'>,
): Promise<{ pin: string | null; row: Connection }> {
  const { pinnedEnvironmentId: pin } = await lockOrganization(manager, organization, 'share');
  return { pin, row: await lockConnection(manager, id) };
}

/**
 * Writes the row, and where it goes from now on. An event and a new version only where that differs from `before`, which is how
 * others know it: the row itself, unless the caller has changed it already.
 */
export async function place(
  manager: EntityManager,
  row: Connection,
  pin: string | null,
  before: Placement = row,
): Promise<Connection> {
  const environmentId = wantedEnvironment(row, pin);
  const found =
    environmentId === null
      ? undefined
      : await manager.findOneBy(FoundEnvironment, { connectionId: row.id, environmentId });
  const placement = placed(row, pin, found ?? undefined);
  if (placement.reason === 'pinned_environment_unreachable') row.discoveryDueAt ??= new Date();
  return differs(before, placement)
    ? changeConnection(manager, row, placement)
    : manager.save(Object.assign(row, placement));
}
