/**
 * The only calls to Microsoft's data that no tool decides on: the instances that a user can reach, who the user is there, the
 * user's own row, and what tables look like. Nothing else may be added to this file without changing what customers are promised.
 */
import { z } from 'zod';
import { checkedBase, checkedId, checkedName } from './address.js';
import { send, shaped, type Dataverse } from './client.js';
import { exchange } from './exchange.js';
import type { DataverseResult } from './failure.js';
import { columnDetails, columnQueries, type ColumnDetails } from './table-columns.js';
import { columnCasts, definitionOf, metadataAnswers, type TableDefinition } from './table-definition.js';
import { tableListForm, tableListQuery, type TableSummary } from './table-list.js';

export type EnvironmentType = 'production' | 'default' | 'sandbox' | 'developer' | 'trial' | 'teams' | 'other';

export interface Instance {
  /** Discovery's `Id`, Dataverse's organization id: `WhoAmI` answers the same one. */
  id: string;
  /** Power Platform's own id of the environment. */
  powerPlatformId: string;
  tenantId: string;
  name: string;
  /** Without a trailing slash; what a token is asked for. */
  url: string;
  apiUrl: string;
  type: EnvironmentType;
  enabled: boolean;
}

const instance = z.object({
  EnvironmentId: z.string().min(1),
  Id: z.string().min(1),
  TenantId: z.string().min(1),
  FriendlyName: z.string(),
  Url: z.url(),
  ApiUrl: z.url(),
  OrganizationType: z.number().int().optional(),
  State: z.number().int().optional(),
});

/** Numbers of Discovery's `OrganizationType`. */
const typeOf: Record<number, EnvironmentType> = {
  0: 'production',
  5: 'sandbox',
  6: 'trial',
  11: 'trial',
  12: 'default',
  13: 'developer',
  14: 'trial',
  15: 'teams',
};

/** The environments that the user can reach, from Global Discovery; the token is one for Discovery. Disabled ones are in it. */
export async function discoverInstances(o: {
  discoveryUrl: string;
  accessToken: string;
  allowLocal: boolean;
  timeoutMs?: number;
}): Promise<DataverseResult<Instance[]>> {
  const columns = Object.keys(instance.shape).join(',');
  const answer = await exchange({
    method: 'GET',
    url: `${checkedBase(o.discoveryUrl, o.allowLocal)}/api/discovery/v2.0/Instances?$select=${columns}`,
    headers: { accept: 'application/json', 'odata-version': '4.0', 'odata-maxversion': '4.0' },
    accessToken: () => o.accessToken,
    timeoutMs: o.timeoutMs ?? 30_000,
  });
  const found = shaped(answer, z.object({ value: z.array(instance) }));
  return found.ok ? { ok: true, value: found.value.value.map(instanceOf) } : found;
}

function instanceOf(found: z.output<typeof instance>): Instance {
  return {
    id: found.Id.toLowerCase(),
    powerPlatformId: found.EnvironmentId,
    tenantId: found.TenantId,
    name: found.FriendlyName,
    url: found.Url.replace(/\/+$/, ''),
    apiUrl: found.ApiUrl.replace(/\/+$/, ''),
    type: typeOf[found.OrganizationType ?? 0] ?? 'other',
    enabled: (found.State ?? 0) === 0,
  };
}

export interface WhoAmI {
  userId: string;
  businessUnitId: string;
  organizationId: string;
}

export async function whoAmI(dataverse: Dataverse): Promise<DataverseResult<WhoAmI>> {
  const form = z
    .object({ UserId: z.uuid(), BusinessUnitId: z.uuid(), OrganizationId: z.uuid() })
    .transform((me) => ({ userId: me.UserId, businessUnitId: me.BusinessUnitId, organizationId: me.OrganizationId }));
  return shaped(await dataverse[send]('WhoAmI'), form);
}

export interface OwnUser {
  name?: string;
  email?: string;
}

/** The row of the signed-in user; `userId` is what `whoAmI` answered, never anybody else's. */
export async function ownUser(dataverse: Dataverse, userId: string): Promise<DataverseResult<OwnUser>> {
  const form = z
    .object({ fullname: z.string().nullish(), internalemailaddress: z.string().nullish() })
    .transform(({ fullname, internalemailaddress: email }) => ({
      ...(fullname ? { name: fullname } : {}),
      ...(email ? { email } : {}),
    }));
  const path = `systemusers(${checkedId(userId)})?$select=fullname,internalemailaddress`;
  return shaped(await dataverse[send](path), form);
}

/** One table's definition, from its metadata; several requests, so keep it for a few minutes. */
export async function tableDefinition(dataverse: Dataverse, table: string): Promise<DataverseResult<TableDefinition>> {
  const path = `EntityDefinitions(LogicalName='${checkedName(table)}')`;
  const ask = async <S extends z.ZodType>(query: string, form: S) => shaped(await dataverse[send](path + query), form);
  const [head, columns, relations, ...casts] = await Promise.all([
    ask(metadataAnswers.table.query, metadataAnswers.table.form),
    ask(metadataAnswers.columns.query, metadataAnswers.columns.form),
    ask(metadataAnswers.relations.query, metadataAnswers.relations.form),
    ...columnCasts.map(({ query, form }) => ask(query, form)),
  ]);
  if (!head.ok) return head;
  if (!columns.ok) return columns;
  if (!relations.ok) return relations;
  const details = [];
  for (const cast of casts) {
    if (!cast.ok) return cast;
    details.push(...cast.value);
  }
  return { ok: true, value: definitionOf(head.value, columns.value, relations.value, details) };
}

/** The name under which a table's rows are addressed: a part of its definition, for what refers to it only. */
export async function entitySetName(dataverse: Dataverse, table: string): Promise<DataverseResult<string>> {
  const form = z.object({ EntitySetName: z.string().min(1) }).transform(({ EntitySetName }) => EntitySetName);
  const path = `EntityDefinitions(LogicalName='${checkedName(table)}')?$select=EntitySetName`;
  return shaped(await dataverse[send](path), form);
}

/** Every table of the environment: the heads of their definitions. */
export async function tableList(dataverse: Dataverse): Promise<DataverseResult<TableSummary[]>> {
  return shaped(await dataverse[send](`EntityDefinitions${tableListQuery}`), tableListForm);
}

/** The columns of one table's definition, with what may be done with each; several requests. */
export async function tableColumns(dataverse: Dataverse, table: string): Promise<DataverseResult<ColumnDetails[]>> {
  const path = `EntityDefinitions(LogicalName='${checkedName(table)}')`;
  const ask = async <S extends z.ZodType>(query: string, form: S) => shaped(await dataverse[send](path + query), form);
  const [base, bounds, casts] = await Promise.all([
    ask(columnQueries.base.query, columnQueries.base.form),
    Promise.all(columnQueries.bounds.map(({ query, form }) => ask(query, form))),
    Promise.all(columnCasts.map(({ query, form }) => ask(query, form))),
  ]);
  if (!base.ok) return base;
  for (const answer of [...bounds, ...casts]) if (!answer.ok) return answer;
  const found = <Value>(answers: DataverseResult<Value[]>[]) => answers.flatMap((one) => (one.ok ? one.value : []));
  return { ok: true, value: columnDetails(base.value, found(bounds), found(casts)) };
}
