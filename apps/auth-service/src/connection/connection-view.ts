import { connectionReasons, connectionStatuses, dynamicsScopes } from '@bliro/contract/auth';
import { z } from 'zod';
import type { Connection } from './connection.entity.js';
import { type AppIdentity, connectionMessage } from './messages.js';

export const connectionView = z
  .object({
    id: z.uuid(),
    status: z.enum(connectionStatuses),
    reason: z.enum(connectionReasons).optional(),
    message: z.string().optional().meta({ description: 'What happened and what to do, for the user' }),
    account: z
      .object({ name: z.string().optional(), email: z.string().optional(), tenantId: z.uuid() })
      .optional()
      .meta({ description: 'The Microsoft account; name and address as Dataverse gives them' }),
    environment: z.object({ id: z.uuid(), name: z.string(), url: z.url(), type: z.string() }).optional(),
    pinned: z.boolean().meta({ description: 'Whether an administrator fixed the environment' }),
    scopes: z.array(z.string()).meta({ description: 'What Microsoft was asked for, all of it' }),
    connectedAt: z.iso.datetime().optional(),
    lastUsedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Connection' });
export type ConnectionView = z.infer<typeof connectionView>;

export function viewOf(row: Connection, app: AppIdentity, discoveryUrl: string): ConnectionView {
  const message = connectionMessage(row.status, row.reason, app);
  return {
    id: row.id,
    status: row.status,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(message === undefined ? {} : { message }),
    ...accountOf(row),
    ...environmentOf(row),
    pinned: row.pinned,
    scopes: isConsented(row) ? [...dynamicsScopes(row.environmentUrl ?? discoveryUrl)] : [],
    ...(row.connectedAt === null ? {} : { connectedAt: row.connectedAt.toISOString() }),
    ...(row.lastUsedAt === null ? {} : { lastUsedAt: row.lastUsedAt.toISOString() }),
  };
}

function accountOf({ tenantId, accountName: name, accountEmail: email }: Connection): Pick<ConnectionView, 'account'> {
  if (tenantId === null) return {};
  return { account: { ...(name === null ? {} : { name }), ...(email === null ? {} : { email }), tenantId } };
}

function environmentOf(row: Connection): Pick<ConnectionView, 'environment'> {
  const { environmentId: id, environmentName: name, environmentUrl: url, environmentType: type } = row;
  return id === null || name === null || url === null ? {} : { environment: { id, name, url, type: type ?? 'other' } };
}

const isConsented = ({ status }: Connection): boolean => status !== 'awaiting_consent' && status !== 'disconnected';
