import { badPayload, wrongVerb } from '../failure.js';
import type { Row } from '../row.js';
import type { Relation } from '../schema/relations.js';
import type { Table } from '../schema/table.js';
import { requireAccess } from '../rights/access.js';
import { isReference } from '../row.js';
import { create, type Work } from '../write/operations.js';
import { readPayload } from '../write/payload.js';
import { answer, parseBody, type WebApiAnswer, type WebApiRequest } from './request.js';

interface Activity {
  table: Table;
  row: Row;
  relation: Relation;
}

/** `PUT …/appointment_activity_parties`: the whole set of parties is replaced; no other collection takes this verb. */
export async function replaceParties(
  request: WebApiRequest,
  work: Work,
  { table, row, relation }: Activity,
): Promise<WebApiAnswer> {
  const { organization, transaction, member } = work;
  const parties = organization.schema.table(relation.referencing);
  if (relation.referencing !== 'activityparty' || !parties) throw wrongVerb('PUT', request.path);
  const body = parseBody(request, table);
  const given = typeof body === 'object' && body !== null && 'value' in body ? body.value : undefined;
  if (!Array.isArray(given)) throw badPayload(table.entitySetName, "An object with a list 'value' is expected.");
  await transaction.lock(table.logicalName, row.id);
  requireAccess(member, table, row, 'write');
  for (const party of [...transaction.all('activityparty')]) {
    const activity = party.values[relation.column];
    if (isReference(activity) && activity.id === row.id) transaction.delete('activityparty', party.id);
  }
  for (const one of given as unknown[]) {
    const reading = { schema: organization.schema, rows: transaction, deep: false, contentIds: request.contentIds };
    const draft = readPayload(reading, parties, one);
    draft.values[relation.column] = { table: table.logicalName, id: row.id };
    await create(work, draft);
  }
  return answer(204);
}
