import { unknownSegment, wrongVerb } from '../failure.js';
import { csdl } from '../metadata/csdl.js';
import { readMetadata } from '../metadata/definitions.js';
import { readQuery } from '../query/options.js';
import { impersonated } from '../rights/impersonation.js';
import { requireBypass } from '../write/operations.js';
import { callFunction } from './functions.js';
import { locate, locateLink, segmentsOf } from './locate.js';
import { read } from './read.js';
import { answer, bypasses, readerOf, type WebApiAnswer, type WebApiRequest } from './request.js';
import { write } from './write.js';

/** Carries a request out. What it commits stays, whatever becomes of the answer. @throws DataverseFailure */
export async function serveWebApi(given: WebApiRequest): Promise<WebApiAnswer> {
  const request = { ...given, member: impersonated(given) };
  if (bypasses(request)) requireBypass(request.member);
  const segments = segmentsOf(request.path);
  const [first = ''] = segments;
  if (first === '' && segments.length === 1) return directory(request);
  if (first === '$metadata') return model(request);
  const metadata = readOnly(request, segments);
  if (metadata) return metadata;
  const called = segments.length === 1 ? callFunction(request, first) : undefined;
  if (called) return called;
  if (request.method !== 'GET') return write(request, segments);
  const reader = readerOf(request);
  const isLink = segments.at(-1) === '$ref' && segments.length > 2;
  return read(request, reader, isLink ? locateLink(reader, segments) : locate(reader, segments));
}

function directory({ method, root, organization }: WebApiRequest): WebApiAnswer {
  if (method !== 'GET') throw wrongVerb(method, 'the service document');
  const value = organization.schema.tables.map(({ entitySetName: name }) => ({ name, kind: 'EntitySet', url: name }));
  return answer(200, { '@odata.context': `${root}$metadata`, value });
}

function model({ method, path, organization }: WebApiRequest): WebApiAnswer {
  if (method !== 'GET') throw wrongVerb(method, path);
  if (path !== '$metadata') throw unknownSegment(path.slice(0, 100));
  return answer(200, csdl(organization.schema), { 'content-type': 'application/xml' });
}

const collections = ['EntityDefinitions', 'RelationshipDefinitions', 'GlobalOptionSetDefinitions'];

/** Definitions are read here, and changed by control alone. */
function readOnly(request: WebApiRequest, segments: readonly string[]): WebApiAnswer | undefined {
  const name = /^\w+/.exec(segments[0] ?? '')?.[0] ?? '';
  if (!collections.includes(name)) return undefined;
  if (request.method !== 'GET') throw wrongVerb(request.method, name);
  return answer(200, readMetadata(request.organization, request.root, segments, readQuery(request.query)));
}
