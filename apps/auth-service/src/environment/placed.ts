import { withoutEnvironment } from '../connection/change.js';
import type { Connection } from '../connection/connection.entity.js';
import type { FoundEnvironment } from './found-environment.entity.js';

/** What of a connection depends on choice, pin and Discovery. */
export type Placement = Pick<
  Connection,
  | 'status'
  | 'reason'
  | 'pinned'
  | 'environmentId'
  | 'environmentName'
  | 'environmentUrl'
  | 'environmentApiUrl'
  | 'environmentType'
  | 'keepTokenUntil'
>;

const KEPT_OUTSIDE_ACTIVE_MS = 30 * 86_400_000;

/** The environment that counts: the organization's pin, else the user's own choice. */
export const wantedEnvironment = (row: Pick<Connection, 'chosenEnvironmentId'>, pin: string | null): string | null =>
  pin ?? row.chosenEnvironmentId;

/**
 * Where a connection stands, given the pin and what the user's own Discovery says of the wanted environment (undefined: that
 * the user can't reach it). Pure. A broken connection stays broken, at the right environment.
 */
export function placed(
  row: Connection,
  pin: string | null,
  found: FoundEnvironment | undefined,
  now = Date.now(),
): Placement {
  const { status, reason, keepTokenUntil } = row;
  if (status === 'awaiting_consent' || status === 'disconnected') return placementOf(row);
  const where = { pinned: pin !== null, ...(found === undefined ? withoutEnvironment : fieldsOf(found)) };
  if (status === 'needs_reconnect') return { status, reason, keepTokenUntil, ...where };
  if (found !== undefined) return { status: 'active', reason: null, keepTokenUntil: null, ...where };
  return {
    status: 'awaiting_environment',
    reason: reasonToWait(row, pin),
    keepTokenUntil: keepTokenUntil ?? new Date(now + KEPT_OUTSIDE_ACTIVE_MS),
    ...where,
  };
}

/** Whether others have to hear of it. */
export function differs(row: Placement, placement: Placement): boolean {
  const { keepTokenUntil: _ofOurs, ...noticed } = placement;
  return Object.entries(noticed).some(([name, value]) => row[name as keyof Placement] !== value);
}

function reasonToWait(row: Connection, pin: string | null): Connection['reason'] {
  if (pin !== null) return 'pinned_environment_unreachable';
  if (row.chosenEnvironmentId !== null) return 'environment_gone';
  return row.reason === 'account_switched' ? row.reason : null;
}

function fieldsOf({ environmentId, name, url, apiUrl, type }: FoundEnvironment) {
  return {
    environmentId,
    environmentName: name,
    environmentUrl: url,
    environmentApiUrl: apiUrl,
    environmentType: type,
  };
}

/** How others know the row now. */
export function placementOf(row: Connection): Placement {
  const { status, reason, pinned, keepTokenUntil } = row;
  const { environmentId, environmentName, environmentUrl, environmentApiUrl, environmentType } = row;
  const where = { environmentId, environmentName, environmentUrl, environmentApiUrl, environmentType };
  return { status, reason, pinned, keepTokenUntil, ...where };
}
