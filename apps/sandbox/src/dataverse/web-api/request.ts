import { badPayload } from '../failure.js';
import type { Organization } from '../organization.js';
import { readPreferences, type Preferences } from '../query/preferences.js';
import { Reader } from '../query/reader.js';
import type { Member } from '../rights/membership.js';
import type { Rows } from '../row.js';
import type { Table } from '../schema/table.js';
import type { ContentIds } from '../write/address.js';
import type { Work } from '../write/operations.js';
import type { Transaction } from '../write/transaction.js';

/** One request to an environment's Web API, whose sender is known. */
export interface WebApiRequest {
  method: string;
  /** As it was sent, after `/api/data/v9.2/`. */
  path: string;
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
  member: Member;
  organization: Organization;
  /** Address of the Web API, as answers name it. */
  root: string;
  /** Of the change set that the request is part of. */
  transaction?: Transaction;
  contentIds?: ContentIds;
}

export interface WebApiAnswer {
  status: number;
  headers: Record<string, string>;
  /** A text, or what is sent as JSON. */
  body?: unknown;
  committed: boolean;
}

export function answer(status: number, body?: unknown, headers: Record<string, string> = {}): WebApiAnswer {
  const type = typeof body === 'object' ? { 'content-type': 'application/json; odata.metadata=minimal' } : {};
  return { status, headers: { 'OData-Version': '4.0', ...type, ...headers }, body, committed: false };
}

export function preferencesOf({ headers }: WebApiRequest): Preferences {
  return readPreferences(headers['prefer']);
}

export function appliedHeaders({ applied }: Preferences): Record<string, string> {
  return applied === '' ? {} : { 'Preference-Applied': applied };
}

export function readerOf({ organization, member, transaction }: WebApiRequest, rows?: Rows): Reader {
  return new Reader(organization.schema, rows ?? transaction ?? organization.store, member, organization.security);
}

/** Does the work in the change set's transaction, or in one of its own. */
export async function written(
  request: WebApiRequest,
  work: (work: Work) => Promise<WebApiAnswer>,
): Promise<WebApiAnswer> {
  const { organization, member, transaction, headers } = request;
  const workIn = (mine: Transaction): Promise<WebApiAnswer> =>
    work({
      organization,
      member,
      transaction: mine,
      detectDuplicates: headers['mscrm.suppressduplicatedetection']?.toLowerCase() === 'false',
      bypassPlugIns: bypasses(request),
    });
  const done = await (transaction ? workIn(transaction) : organization.transact(member, workIn));
  return { ...done, committed: true };
}

export function bypasses({ headers }: Pick<WebApiRequest, 'headers'>): boolean {
  const old = headers['mscrm.bypasscustompluginexecution']?.toLowerCase() === 'true';
  return old || /CustomSync/i.test(headers['mscrm.bypassbusinesslogicexecution'] ?? '');
}

/** @throws DataverseFailure for a body that is not JSON */
export function parseBody({ body }: WebApiRequest, table: Table): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw badPayload(table.entitySetName, 'The body is not valid JSON.');
  }
}
