import { badQuery, DataverseFailure } from '../failure.js';
import { retrieveMetadataChanges } from '../metadata/changes.js';
import { readQuery } from '../query/options.js';
import { parseFilter } from '../query/expression.js';
import { isGuid } from '../../stable-id.js';
import { answer, type WebApiAnswer, type WebApiRequest } from './request.js';

type Call = (request: WebApiRequest, argument: (name: string) => unknown) => object;

/** Functions that belong to no table. */
const functions: Partial<Record<string, Call>> = {
  WhoAmI: ({ member, organization }) => ({
    BusinessUnitId: member.businessUnitId,
    UserId: member.userId,
    OrganizationId: organization.environment.id,
  }),
  RetrieveVersion: () => ({ Version: '9.2.24104.00186' }),
  RetrieveTotalRecordCount: ({ organization }, argument) => {
    const names = argument('EntityNames');
    if (!Array.isArray(names)) throw badQuery("The parameter 'EntityNames' is missing.");
    const counts = names.map((name) => [...organization.store.all(String(name))].length);
    return { EntityRecordCountCollection: { Count: names.length, Keys: names.map(String), Values: counts } };
  },
  RetrieveMetadataChanges: ({ organization }, argument) =>
    retrieveMetadataChanges(organization, {
      query: argument('Query'),
      stamp: argument('ClientVersionStamp'),
      deleted: argument('DeletedMetadataFilters'),
    }),
};

/** @returns undefined where the path names no function */
export function callFunction(request: WebApiRequest, segment: string): WebApiAnswer | undefined {
  const [, name = '', inner = ''] = /^([A-Z]\w*)(?:\((.*)\))?$/s.exec(segment) ?? [];
  const call = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!call) return undefined;
  // A function that is posted isn't found, with no code at all.
  if (request.method !== 'GET')
    throw new DataverseFailure(404, '', 'No HTTP resource was found that matches the request.');
  const given = argumentsOf(inner, readQuery(request.query).aliases);
  const context = `${request.root}$metadata#Microsoft.Dynamics.CRM.${name}Response`;
  return answer(200, { '@odata.context': context, ...call(request, (argument) => given.get(argument)) });
}

/** `(Query=@q,ClientVersionStamp='…')` with the values of the aliases, which are JSON or literals. */
function argumentsOf(inner: string, aliases: ReadonlyMap<string, string>): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const part of inner === '' ? [] : inner.split(/,(?=\w+=)/)) {
    const [, name = '', text = ''] = /^\s*(\w+)=(.*)$/s.exec(part) ?? [];
    if (name === '') throw badQuery(`Syntax error in the arguments '${inner.slice(0, 200)}'.`);
    found.set(name, valueOf(text.startsWith('@') ? (aliases.get(text) ?? 'null') : text));
  }
  return found;
}

function valueOf(text: string): unknown {
  if (/^[{"]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      throw badQuery(`Invalid JSON in '${text.slice(0, 100)}'.`);
    }
  }
  if (isGuid(text) || text === '') return text;
  // Lists and literals are written as in a filter.
  const parsed = parseFilter(`Microsoft.Dynamics.CRM.In(PropertyValues=${text})`);
  const values = parsed.kind === 'query function' ? parsed.values.map(({ value }) => value) : [];
  return text.startsWith('[') ? values : values[0];
}
