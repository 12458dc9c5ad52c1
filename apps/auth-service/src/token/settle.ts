import { append } from '@bliro/event-log';
import type { DataSource, EntityManager } from 'typeorm';
import { changeConnection, withoutToken, withoutTrouble } from '../connection/change.js';
import { Connection } from '../connection/connection.entity.js';
import { placementOf } from '../environment/placed.js';
import { lockForPlacement, place } from '../environment/placement.js';
import type { Sealed } from '../vault/vault.js';
import { type TokenUse, vaultEvent } from '../vault/vault-event.js';
import type { Broken } from './classify.js';
import { nextKeepAlive } from './keep-alive.js';
import type { Lease } from './lease.js';

const DAY_MS = 86_400_000;
const FIRST_PROBE_SECONDS = 60;
const DAY_SECONDS = 86_400;
const UNKNOWN_REFUSALS = 3;
const APART_MS = 600_000;

const free = { leaseHolder: null, leaseUntil: null } satisfies Partial<Connection>;

/**
 * Writes a success under the lease: the rotated token where there is one, and that the connection works. False when the row is
 * another one by now (a disconnect wins): then the token may not be given out.
 */
export function settleSuccess(
  work: DataSource,
  lease: Lease,
  rotated: Sealed | undefined,
  use: TokenUse,
): Promise<boolean> {
  return underLease(work, lease, async (manager, row, pin) => {
    const stored = rotated === undefined ? {} : { ...rotated, generation: row.generation + 1 };
    const before = placementOf(row);
    Object.assign(row, free, stored, { unknownRefusals: 0, unknownRefusalAt: null, keepAliveAt: nextKeepAlive() });
    if (rotated !== undefined) await append(manager, [vaultEvent('vault.sealed', row, use)]);
    if (row.status === 'needs_reconnect') {
      await place(manager, Object.assign(row, withoutTrouble, { status: 'awaiting_environment' }), pin, before);
    } else {
      await manager.save(row);
    }
  });
}

/** Writes what broke the connection under the lease; an event only where the state is another one than before. */
export function settleBroken(work: DataSource, lease: Lease, verdict: Broken): Promise<boolean> {
  return underLease(work, lease, async (manager, row) => {
    const again = row.status === 'needs_reconnect' && row.reason === verdict.reason;
    const values = { ...free, ...(verdict.keepDays === 0 ? withoutToken : kept(row, verdict, again)) };
    if (again) await manager.save(Object.assign(row, values));
    else await changeConnection(manager, row, { ...values, status: 'needs_reconnect', reason: verdict.reason });
  });
}

/** Counts an `invalid_grant` that nobody knows; true when it is the third, each at least ten minutes after the one before. */
export async function countUnknownRefusal(work: DataSource, lease: Lease): Promise<boolean> {
  let last = false;
  await underLease(work, lease, async (manager, row) => {
    const before = row.unknownRefusalAt?.getTime() ?? 0;
    if (Date.now() - before < APART_MS) return;
    await manager.save(Object.assign(row, { unknownRefusals: row.unknownRefusals + 1, unknownRefusalAt: new Date() }));
    last = row.unknownRefusals >= UNKNOWN_REFUSALS;
  });
  return last;
}

function kept(row: Connection, verdict: Broken, again: boolean): Partial<Connection> {
  const until = Date.now() + verdict.keepDays * DAY_MS;
  const probe = nextProbe(verdict, again ? row.probeIntervalSeconds : null);
  return {
    keepTokenUntil: new Date(Math.min(until, row.keepTokenUntil?.getTime() ?? until)),
    ...(verdict.claims === undefined ? {} : { claims: verdict.claims }),
    probeIntervalSeconds: probe,
    probeAt: probe === null ? null : new Date(Date.now() + probe * 1000),
  };
}

function nextProbe({ probe }: Broken, last: number | null): number | null {
  if (probe === 'never') return null;
  if (probe === 'daily') return DAY_SECONDS;
  return last === null ? FIRST_PROBE_SECONDS : Math.min(last * 2, DAY_SECONDS);
}

async function underLease(
  work: DataSource,
  { connection, holder }: Lease,
  write: (manager: EntityManager, row: Connection, pin: string | null) => Promise<void>,
): Promise<boolean> {
  return work.transaction(async (manager) => {
    const { pin, row } = await lockForPlacement(manager, connection);
    if (row.leaseHolder !== holder || row.version !== connection.version) return false;
    await write(manager, row, pin);
    return true;
  });
}
