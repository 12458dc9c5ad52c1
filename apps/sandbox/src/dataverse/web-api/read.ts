import { badQuery } from '../failure.js';
import { applied } from '../query/apply.js';
import { readQuery, type QueryOptions } from '../query/options.js';
import { LONGEST_PAGE, pageOf } from '../query/paging.js';
import type { Preferences } from '../query/preferences.js';
import { project } from '../query/projection.js';
import type { Reader } from '../query/reader.js';
import { narrowed, search } from '../query/search.js';
import { shapeOf } from '../query/shape.js';
import { requirePrivilege } from '../rights/access.js';
import { etagOf, type Row } from '../row.js';
import type { Table } from '../schema/table.js';
import { requireRow, type Place } from './locate.js';
import { answer, appliedHeaders, preferencesOf, type WebApiAnswer, type WebApiRequest } from './request.js';

const CRM = '@Microsoft.Dynamics.CRM.';
type Rows = Extract<Place, { kind: 'rows' }>;

/** Answers a GET. @throws DataverseFailure */
export function read(request: WebApiRequest, reader: Reader, place: Place): WebApiAnswer {
  switch (place.kind) {
    case 'rows':
      return query(request, reader, place);
    case 'row':
      return retrieve(request, reader, place);
    case 'nothing':
      return answer(204);
    case 'count':
      return count(request, reader, place.of);
    case 'property':
      return property(request, reader, place);
    case 'single reference': {
      const target = reader.target(place.table, place.row, place.navigation);
      if (!target) return answer(204);
      const id = `${request.root}${target.table.entitySetName}(${target.row.id})`;
      return answer(200, { '@odata.context': `${request.root}$metadata#$ref`, '@odata.id': id });
    }
    case 'references': {
      const set = reader.schema.table(place.relation.referencing)?.entitySetName ?? '';
      const value = reader
        .related(place.row, place.relation)
        .map(({ id }) => ({ '@odata.id': `${request.root}${set}(${id})` }));
      return answer(200, { '@odata.context': `${request.root}$metadata#Collection($ref)`, value });
    }
  }
}

function query(request: WebApiRequest, reader: Reader, place: Rows): WebApiAnswer {
  const { root } = request;
  const { table } = place;
  const options = readQuery(request.query);
  const preferences = preferencesOf(request);
  if (options.apply !== undefined) return aggregate(request, reader, table, options);
  const shape = shapeOf(reader, table, options);
  const found = rowsOf(reader, place, options, preferences);
  const size = Math.min(preferences.maxPageSize ?? LONGEST_PAGE, LONGEST_PAGE);
  const top = preferences.maxPageSize === undefined ? options.top : undefined;
  const within = top === undefined ? found : found.slice(0, top);
  const { rows, next } = pageOf(within, size, table.primaryId, options.skipToken);
  const context = shape.context === '' ? '' : `(${shape.context})`;
  const body = {
    '@odata.context': `${root}$metadata#${table.entitySetName}${context}`,
    ...(options.count ? { '@odata.count': Math.min(found.length, LONGEST_PAGE) } : {}),
    ...countAnnotations(reader, preferences, options.count ? found.length : undefined),
    value: rows.map((row) => project({ reader, preferences, root }, row, shape)),
    ...(next === undefined ? {} : { '@odata.nextLink': `${root}${request.path}?${withToken(request.query, next)}` }),
  };
  return answer(200, body, appliedHeaders(preferences));
}

/** All rows of a query, or as many as `$top` needs, which counts only where no page size is preferred. */
function rowsOf(reader: Reader, place: Rows, options: QueryOptions, preferences: Preferences): Row[] {
  const top = preferences.maxPageSize === undefined ? options.top : undefined;
  const enough = options.count ? Infinity : (top ?? Infinity);
  return place.parent
    ? narrowed(reader, place.table, reader.related(place.parent.row, place.parent.relation), options, enough)
    : search(reader, place.table, options, enough);
}

function countAnnotations({ schema }: Reader, { annotation }: Preferences, total: number | undefined): object {
  const all: [string, unknown][] = [
    ['totalrecordcount', total === undefined ? -1 : Math.min(total, LONGEST_PAGE)],
    ['totalrecordcountlimitexceeded', (total ?? 0) > LONGEST_PAGE],
    ['globalmetadataversion', String(schema.version)],
  ];
  return Object.fromEntries(
    all
      .filter(([name]) => annotation(`Microsoft.Dynamics.CRM.${name}`))
      .map(([name, value]) => [`${CRM}${name}`, value]),
  );
}

/** The query as it was sent, with the token of the next page. */
function withToken(query: string, token: string): string {
  const parts = query.split('&').filter((part) => part !== '' && !/^(\$|%24)skiptoken=/i.test(part));
  return [...parts, `$skiptoken=${token}`].join('&');
}

function aggregate(request: WebApiRequest, reader: Reader, table: Table, options: QueryOptions): WebApiAnswer {
  if (options.orderBy) throw badQuery('The query node SingleValueOpenPropertyAccess is not supported.');
  const preferences = preferencesOf(request);
  const formats = preferences.annotation('OData.Community.Display.V1.FormattedValue');
  const value = applied(reader, table, options.apply ?? '', { aliases: options.aliases, formats });
  const context = `${request.root}$metadata#${table.entitySetName}`;
  return answer(200, { '@odata.context': context, value }, appliedHeaders(preferences));
}

function count(request: WebApiRequest, reader: Reader, place: Rows): WebApiAnswer {
  const found = rowsOf(reader, place, { ...readQuery(request.query), count: true }, preferencesOf(request));
  return answer(200, String(Math.min(found.length, LONGEST_PAGE)), { 'content-type': 'text/plain' });
}

function retrieve(request: WebApiRequest, reader: Reader, place: Extract<Place, { kind: 'row' }>): WebApiAnswer {
  requirePrivilege(request.member, place.table, 'read');
  const options = readQuery(request.query);
  const row = requireRow(reader, place);
  const { annotated } = preferencesOf(request);
  const unchanged = request.headers['if-none-match'] === etagOf(row) && !options.expand && !annotated;
  return unchanged ? answer(304, undefined, { ETag: etagOf(row) }) : shown(request, reader, place.table, row, 200);
}

/** A row as the body of an answer. */
export function shown(request: WebApiRequest, reader: Reader, table: Table, row: Row, status: number): WebApiAnswer {
  const { root } = request;
  const preferences = preferencesOf(request);
  const shape = shapeOf(reader, table, readQuery(request.query));
  const context = shape.context === '' ? '' : `(${shape.context})`;
  const body = {
    '@odata.context': `${root}$metadata#${table.entitySetName}${context}/$entity`,
    ...countOnly(reader, preferences),
    ...project({ reader, preferences, root }, row, shape),
  };
  return answer(status, body, { ETag: etagOf(row), ...appliedHeaders(preferences) });
}

function countOnly({ schema }: Reader, { annotation }: Preferences): object {
  const name = 'Microsoft.Dynamics.CRM.globalmetadataversion';
  return annotation(name) ? { [`@${name}`]: String(schema.version) } : {};
}

function property(
  { root }: WebApiRequest,
  reader: Reader,
  { table, row, property: { name, columnName }, raw }: Extract<Place, { kind: 'property' }>,
): WebApiAnswer {
  const value = reader.scalar(table, row, columnName);
  if (value === null) return answer(204);
  if (raw) return answer(200, String(value), { 'content-type': 'text/plain; charset=utf-8' });
  return answer(200, { '@odata.context': `${root}$metadata#${table.entitySetName}(${row.id})/${name}`, value });
}
