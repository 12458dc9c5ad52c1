import { append, type NewEvent } from '@bliro/event-log';
import { type EntityManager, In } from 'typeorm';
import { changeEvents } from '../connection/change.js';
import { Connection } from '../connection/connection.entity.js';
import { FoundEnvironment } from './found-environment.entity.js';
import { differs, placed, wantedEnvironment } from './placed.js';

const WRITE = `
  update connection set
         status = new.status, reason = new.reason, pinned = new.pinned, version = new.version,
         environment_id = new."environmentId", environment_name = new."environmentName",
         environment_url = new."environmentUrl", environment_api_url = new."environmentApiUrl",
         environment_type = new."environmentType", keep_token_until = new."keepTokenUntil",
         discovery_due_at = new."discoveryDueAt"
    from jsonb_to_recordset($1::jsonb) as new (
         id uuid, status text, reason text, pinned boolean, version bigint, "environmentId" uuid,
         "environmentName" text, "environmentUrl" text, "environmentApiUrl" text, "environmentType" text,
         "keepTokenUntil" timestamptz, "discoveryDueAt" timestamptz)
   where connection.id = new.id`;

/**
 * Places all connections of an organization anew, in three statements however many there are; the caller holds the
 * organization's lock. Who does not seem to reach a pinned environment is due for Discovery at once: access may be newer
 * than what is known.
 */
export async function placeAll(manager: EntityManager, organization: string, pin: string | null): Promise<void> {
  const rows = await manager.find(Connection, {
    where: { organization, status: In(['awaiting_environment', 'active', 'needs_reconnect']) },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  const found = await foundBy(manager, organization);
  const events: NewEvent[] = [];
  const changed = rows.filter((row) => {
    const wanted = wantedEnvironment(row, pin);
    const placement = placed(row, pin, wanted === null ? undefined : found.get(keyOf(row.id, wanted)));
    if (!differs(row, placement)) return false;
    const before = row.environmentId;
    const unreachable = wanted !== null && placement.environmentId === null;
    Object.assign(row, placement, { version: row.version + 1, ...(unreachable ? { discoveryDueAt: new Date() } : {}) });
    events.push(...changeEvents(row, before));
    return true;
  });
  await manager.query(WRITE, [JSON.stringify(changed.map(withoutSecrets))]);
  await append(manager, events);
}

async function foundBy(manager: EntityManager, organization: string): Promise<Map<string, FoundEnvironment>> {
  const all = await manager.findBy(FoundEnvironment, { organization });
  return new Map(all.map((one) => [keyOf(one.connectionId, one.environmentId), one]));
}

const keyOf = (connectionId: string, environmentId: string): string => `${connectionId} ${environmentId}`;

function withoutSecrets({ ciphertext: _ciphertext, claims: _claims, ...row }: Connection): object {
  return row;
}
