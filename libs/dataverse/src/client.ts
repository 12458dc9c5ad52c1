import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { checkedBase, checkedId, checkedName } from './address.js';
import { exchange, type Exchange, type Permission } from './exchange.js';
import type { DataverseResult } from './failure.js';
import { filterQuery, type TypedValue } from './literal.js';

export interface DataverseOptions {
  /** The environment's API address as Discovery gave it; the token goes to that host alone. */
  apiUrl: string;
  /** A function where a token may be renewed while a call waits for its place. */
  accessToken: string | (() => string);
  correlationId?: string;
  /** One for each attempt; a new one by default. */
  requestId?: string;
  /** Of a whole call. A customer's synchronous plug-in may take 2:20 minutes, hence 150 s by default. */
  timeoutMs?: number;
  signal?: AbortSignal;
  permission?: Permission;
  allowLocal: boolean;
}

export type Row = Record<string, unknown>;

export interface Query {
  /** Equality of all, by the name that the column has in an address. */
  where: Record<string, TypedValue>;
  columns: readonly string[];
  top: number;
}

/** Calls of the module that lists the calls outside tools; not to be had from outside this library. */
export const send: unique symbol = Symbol('send');

export interface Dataverse {
  retrieve(set: string, id: string, columns: readonly string[]): Promise<DataverseResult<Row>>;
  query(set: string, query: Query): Promise<DataverseResult<Row[]>>;
  create(set: string, body: Row): Promise<DataverseResult<undefined>>;
  update(set: string, id: string, body: Row, o: { ifMatch: string }): Promise<DataverseResult<undefined>>;
  readonly [send]: (path: string) => Promise<DataverseResult<unknown>>;
}

const row = z.record(z.string(), z.unknown());
const rows = z.object({ value: z.array(row) });

/** A client of one environment for one user. Failures are values; only mistakes of the caller and `permission` throw. */
export function createDataverse(options: DataverseOptions): Dataverse {
  const base = `${checkedBase(options.apiUrl, options.allowLocal)}/api/data/v9.2/`;
  const call = (
    method: Exchange['method'],
    path: string,
    more: { headers?: Record<string, string>; body?: Row } = {},
  ) => exchange(exchangeOf(options, method, base + path, more));
  const record = (set: string, id: string): string => `${checkedName(set)}(${checkedId(id)})`;
  return {
    retrieve: async (set, id, columns) =>
      shaped(await call('GET', `${record(set, id)}?$select=${selected(columns)}`), row),
    query: async (set, { where, columns, top }) => {
      const path = `${checkedName(set)}?$select=${selected(columns)}&${filterQuery(where)}$top=${checkedTop(top)}`;
      const answer = shaped(await call('GET', path), rows);
      return answer.ok ? { ok: true, value: answer.value.value } : answer;
    },
    create: async (set, body) => nothing(await call('POST', checkedName(set), { body })),
    update: async (set, id, body, { ifMatch }) =>
      nothing(await call('PATCH', record(set, id), { body, headers: { 'if-match': ifMatch } })),
    [send]: (path) => call('GET', path),
  };
}

function exchangeOf(
  options: DataverseOptions,
  method: Exchange['method'],
  url: string,
  { headers, body }: { headers?: Record<string, string>; body?: Row },
): Exchange {
  const { accessToken: token } = options;
  return {
    method,
    url,
    headers: { ...standardHeaders(method, options), ...headers },
    accessToken: typeof token === 'function' ? token : () => token,
    ...(body !== undefined && { body }),
    timeoutMs: options.timeoutMs ?? 150_000,
    signal: options.signal,
    permission: options.permission,
  };
}

/** Never a header that impersonates somebody, bypasses a customer's logic or suppresses their flows. */
function standardHeaders(
  method: Exchange['method'],
  { correlationId, requestId }: DataverseOptions,
): Record<string, string> {
  return {
    accept: 'application/json',
    'odata-version': '4.0',
    'odata-maxversion': '4.0',
    'x-ms-client-request-id': requestId ?? randomUUID(),
    ...(correlationId !== undefined && { 'x-ms-correlation-request-id': correlationId }),
    ...(method === 'GET'
      ? { 'if-none-match': 'null', prefer: 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"' }
      : { 'content-type': 'application/json; charset=utf-8' }),
  };
}

function selected(columns: readonly string[]): string {
  if (columns.length === 0) throw new TypeError('A read names its columns.');
  return columns.map(checkedName).join(',');
}

function checkedTop(top: number): number {
  if (!Number.isInteger(top) || top < 1 || top > 200) throw new TypeError('A read returns 1 to 200 rows.');
  return top;
}

/** An answer in another form than the documented one says nothing: it counts as a fault that passes. */
export function shaped<S extends z.ZodType>(answer: DataverseResult<unknown>, schema: S): DataverseResult<z.output<S>> {
  if (!answer.ok) return answer;
  const value = schema.safeParse(answer.value);
  if (value.success) return { ...answer, value: value.data };
  return {
    ok: false,
    failure: { class: 'transient', message: 'The answer has another form than Dataverse documents.' },
  };
}

function nothing(answer: DataverseResult<unknown>): DataverseResult<undefined> {
  return answer.ok ? { ...answer, value: undefined } : answer;
}
