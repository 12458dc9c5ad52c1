import { isGuid } from '../stable-id.js';
import { requirePrivilege, type Member } from './access.js';
import { createRow, updateRow } from './commit.js';
import type { Environment } from './environments.js';
import {
  badPayload,
  badQuery,
  DataverseFailure,
  duplicateKey,
  noSuchRow,
  staleVersion,
  unknownSegment,
} from './failure.js';
import { readMetadata } from './metadata.js';
import { readPayload } from './payload.js';
import { readPreferences, type Preferences } from './preferences.js';
import { project, selected } from './projection.js';
import { readQuery } from './query-options.js';
import { etagOf, type Row, type RowStore } from './row.js';
import { tables, tableBySet } from './schema/index.js';
import type { Table } from './schema/table.js';
import { search } from './search.js';

/** One request to an environment's Web API, whose sender is known. */
export interface WebApiRequest {
  method: string;
  /** Decoded, after `/api/data/v9.2/`. */
  resource: string;
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
  member: Member;
  environment: Environment;
  store: RowStore;
  /** Address of the Web API, as answers name it. */
  root: string;
}

export interface WebApiAnswer {
  status: number;
  headers: Record<string, string>;
  body?: unknown;
  committed: boolean;
}

/** Carries a request out at once: what it commits, it commits before it returns. Throws DataverseFailure. */
export function serveWebApi(request: WebApiRequest): WebApiAnswer {
  const { method, resource } = request;
  if (/^WhoAmI(\(\))?$/.test(resource)) return whoAmI(request);
  const metadata = /^EntityDefinitions(.*)$/s.exec(resource);
  if (metadata) return describe(request, metadata[1] ?? '');
  if (resource === '') return directory(request);
  const match = /^(\w+)(?:\(([^()]*)\))?$/.exec(resource);
  const [, set = '', key] = match ?? [];
  const table = tableBySet(set);
  if (!table) throw unknownSegment(set || resource.slice(0, 100));
  if (key === undefined) {
    if (method === 'GET') return query(request, table);
    if (method === 'POST') return create(request, table);
  } else {
    if (!isGuid(key)) throw badQuery(`'${key.slice(0, 100)}' is not a GUID, and alternate keys are not served here.`);
    const id = key.toLowerCase();
    if (method === 'GET') return retrieve(request, table, id);
    if (method === 'PATCH') return update(request, table, id);
  }
  throw wrongVerb(method, resource);
}

function whoAmI({ method, member, environment, root }: WebApiRequest): WebApiAnswer {
  if (method !== 'GET') throw new DataverseFailure(404, '', 'No HTTP resource was found that matches the request.');
  return answer(200, {
    '@odata.context': `${root}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
    BusinessUnitId: member.businessUnitId,
    UserId: member.userId,
    OrganizationId: environment.id,
  });
}

function describe({ method, query: text, root, resource }: WebApiRequest, rest: string): WebApiAnswer {
  if (method !== 'GET') throw wrongVerb(method, resource);
  return answer(200, {
    '@odata.context': `${root}$metadata#EntityDefinitions`,
    ...readMetadata(rest, readQuery(text)),
  });
}

function directory({ method, root }: WebApiRequest): WebApiAnswer {
  if (method !== 'GET') throw wrongVerb(method, 'the service document');
  const value = tables.map(({ entitySetName: name }) => ({ name, kind: 'EntitySet', url: name }));
  return answer(200, { '@odata.context': `${root}$metadata`, value });
}

function query(request: WebApiRequest, table: Table): WebApiAnswer {
  const { member, store, root } = request;
  requirePrivilege(member, table, 'Read');
  const options = readQuery(request.query);
  if (options.expand) throw badQuery('$expand of rows is not served here.');
  const preferences = readPreferences(request.headers['prefer']);
  const properties = selected(table, options.select);
  const rows = search(store, table, options);
  const list = options.select ? `(${options.select.join(',')})` : '';
  const body = {
    '@odata.context': `${root}$metadata#${table.entitySetName}${list}`,
    ...(options.count ? { '@odata.count': rows.length } : {}),
    value: rows.map((row) => project(store, table, row, properties, preferences)),
  };
  return answer(200, body, applied(preferences));
}

function retrieve(request: WebApiRequest, table: Table, id: string): WebApiAnswer {
  requirePrivilege(request.member, table, 'Read');
  const { select, expand } = readQuery(request.query);
  if (expand) throw badQuery('$expand of rows is not served here.');
  const row = request.store.find(table.logicalName, id);
  if (!row) throw noSuchRow(table.logicalName, id);
  if (request.headers['if-none-match'] === etagOf(row)) return answer(304);
  return shown(request, table, row, 200, select);
}

function create(request: WebApiRequest, table: Table): WebApiAnswer {
  requirePrivilege(request.member, table, 'Create');
  const changes = readPayload(table, parseBody(request, table), request.store);
  if (changes.id && request.store.find(table.logicalName, changes.id)) throw duplicateKey();
  const answerWith = responder(request, table);
  return answerWith(createRow(request.store, table, changes, request.member), 201);
}

function update(request: WebApiRequest, table: Table, id: string): WebApiAnswer {
  const { member, store, headers } = request;
  const row = store.find(table.logicalName, id);
  const ifMatch = headers['if-match'];
  if (!row && ifMatch !== undefined) throw noSuchRow(table.logicalName, id);
  if (row && headers['if-none-match'] === '*') throw duplicateKey();
  requirePrivilege(member, table, row ? 'Write' : 'Create');
  const changes = { ...readPayload(table, parseBody(request, table), store), id };
  const answerWith = responder(request, table);
  if (!row) return answerWith(createRow(store, table, changes, member), 201);
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(row)) throw staleVersion();
  return answerWith(updateRow(store, table, row, changes, member), 200);
}

/** Prepares the answer to a write, so that nothing is refused any more once it has committed. */
function responder(request: WebApiRequest, table: Table): (row: Row, status: 200 | 201) => WebApiAnswer {
  const { select } = readQuery(request.query);
  selected(table, select);
  if (readPreferences(request.headers['prefer']).representation)
    return (row, status) => ({ ...shown(request, table, row, status, select), committed: true });
  return (row) => {
    const address = `${request.root}${table.entitySetName}(${row.id})`;
    return { ...answer(204, undefined, { 'OData-EntityId': address }), committed: true };
  };
}

function shown(
  request: WebApiRequest,
  table: Table,
  row: Row,
  status: number,
  select: string[] | undefined,
): WebApiAnswer {
  const preferences = readPreferences(request.headers['prefer']);
  const list = select ? `(${select.join(',')})` : '';
  const body = {
    '@odata.context': `${request.root}$metadata#${table.entitySetName}${list}/$entity`,
    ...project(request.store, table, row, selected(table, select), preferences),
  };
  return answer(status, body, { ETag: etagOf(row), ...applied(preferences) });
}

function applied({ applied: text }: Preferences): Record<string, string> {
  return text === '' ? {} : { 'Preference-Applied': text };
}

function answer(status: number, body?: unknown, headers: Record<string, string> = {}): WebApiAnswer {
  return { status, headers: { 'OData-Version': '4.0', ...headers }, body, committed: false };
}

function parseBody({ body }: WebApiRequest, table: Table): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw badPayload(table.entitySetName, 'The body is not valid JSON.');
  }
}

function wrongVerb(method: string, resource: string): DataverseFailure {
  return new DataverseFailure(405, '0x80060888', `${method} is not served for '${resource.slice(0, 100)}'.`);
}
