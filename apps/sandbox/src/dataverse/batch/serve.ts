import { randomUUID } from 'node:crypto';
import { badQuery, DataverseFailure, wrongVerb } from '../failure.js';
import type { ContentIds } from '../write/address.js';
import { answer, preferencesOf, type WebApiAnswer, type WebApiRequest } from '../web-api/request.js';
import { serveWebApi } from '../web-api/serve.js';
import type { Transaction } from '../write/transaction.js';
import { impersonated } from '../rights/impersonation.js';
import { badBatch } from './failure.js';
import { boundaryOf, partsOf, requestOf, type Part, type PartRequest } from './multipart.js';
import { multipart, type Piece } from './write.js';

const MOST_REQUESTS = 1000;
const LONGEST_URL = 65_536;

type Inner = Pick<WebApiRequest, 'transaction' | 'contentIds'>;

/**
 * `$batch`: single requests and change sets, one after the other. The first failure ends it with that answer alone, unless
 * `odata.continue-on-error` is preferred.
 * @throws DataverseFailure for what is no batch
 */
export async function serveBatch(request: WebApiRequest): Promise<WebApiAnswer> {
  if (request.method !== 'POST') throw wrongVerb(request.method, '$batch');
  const boundary = boundaryOf(request.headers['content-type'] ?? '');
  if (boundary === undefined) throw badBatch('The Content-Type must be multipart/mixed with a boundary.');
  const parts = partsOf(request.body, boundary).map((part) => planned(part));
  const requests = parts.reduce((sum, { requests: inside }) => sum + inside.length, 0);
  if (requests > MOST_REQUESTS) throw badBatch(`A batch holds at most ${MOST_REQUESTS} requests.`);
  return carriedOut(request, parts);
}

interface Planned {
  changeSet: boolean;
  requests: { contentId: string | undefined; request: PartRequest }[];
}

function planned(part: Part): Planned {
  const boundary = boundaryOf(part.headers['content-type'] ?? '');
  if (boundary === undefined) return { changeSet: false, requests: [numbered(part)] };
  // A part's own line ends were made one kind already.
  const inside = partsOf(`${part.content}\r\n`, boundary);
  if (inside.some(({ headers }) => boundaryOf(headers['content-type'] ?? '') !== undefined))
    throw badBatch('A change set holds no other sets.');
  return { changeSet: true, requests: inside.map(numbered) };
}

function numbered(part: Part): Planned['requests'][number] {
  return { contentId: part.headers['content-id'], request: requestOf(part) };
}

async function carriedOut(request: WebApiRequest, parts: readonly Planned[]): Promise<WebApiAnswer> {
  const { continueOnError, applied } = preferencesOf(request);
  const pieces: Piece[] = [];
  let committed = false;
  let failed: Piece | undefined;
  for (const part of parts) {
    const piece = part.changeSet ? await changeSet(request, part) : await single(request, part);
    committed ||= piece.answers.some((one) => one.answer.committed);
    pieces.push(piece);
    failed = piece.answers.some((one) => one.answer.status >= 400) ? piece : undefined;
    if (failed && !continueOnError) break;
  }
  const stopping = continueOnError ? undefined : failed;
  const { body, contentType } = multipart(stopping ? [stopping] : pieces, 'batchresponse');
  const status = stopping ? (stopping.answers[0]?.answer.status ?? 400) : 200;
  const headers = { 'content-type': contentType, ...(applied === '' ? {} : { 'Preference-Applied': applied }) };
  return { ...answer(status, body, headers), committed };
}

async function single(outer: WebApiRequest, { requests }: Planned): Promise<Piece> {
  const answers = [];
  for (const { contentId, request } of requests)
    answers.push({ contentId, answer: await answered(outer, request, {}) });
  return { changeSet: false, answers };
}

/** All of it or nothing. One that fails is answered for the whole set. */
async function changeSet(outer: WebApiRequest, { requests }: Planned): Promise<Piece> {
  try {
    const answers = await outer.organization.transact(impersonated(outer), (transaction) =>
      inTransaction(outer, requests, transaction),
    );
    return { changeSet: true, answers };
  } catch (error) {
    if (!(error instanceof DataverseFailure)) throw error;
    return { changeSet: false, answers: [{ contentId: undefined, answer: failureAnswer(error) }] };
  }
}

async function inTransaction(outer: WebApiRequest, requests: Planned['requests'], transaction: Transaction) {
  const contentIds = new Map<string, string>();
  const answers = [];
  for (const { contentId, request } of requests) {
    if (request.method === 'GET') throw badBatch('A change set takes no GET.');
    const done = await serveWebApi(inner(outer, request, { transaction, contentIds }));
    const address = done.headers['OData-EntityId'];
    if (contentId !== undefined && address !== undefined) contentIds.set(`$${contentId}`, address);
    answers.push({ contentId, answer: done });
  }
  return answers;
}

async function answered(outer: WebApiRequest, request: PartRequest, more: Inner): Promise<WebApiAnswer> {
  try {
    return await serveWebApi(inner(outer, request, more));
  } catch (error) {
    if (error instanceof DataverseFailure) return failureAnswer(error);
    throw error;
  }
}

function failureAnswer(error: DataverseFailure): WebApiAnswer {
  return answer(error.status, error.body(), { REQ_ID: randomUUID(), ...error.headers });
}

/** The part's request as one of its own: it has the batch's sender, and none of its headers but those that say who sends. */
function inner(outer: WebApiRequest, { method, url, headers, body }: PartRequest, more: Inner): WebApiRequest {
  const { path, query } = addressed(outer, url, more.contentIds);
  if (path.startsWith('$batch')) throw badBatch('A batch holds no other batch.');
  const { callerobjectid, mscrmcallerid } = outer.headers;
  return { ...outer, method, path, query, body, headers: { callerobjectid, mscrmcallerid, ...headers }, ...more };
}

/** Whole, from the host's root, relative to the Web API, or beginning with `$<Content-ID>`. */
function addressed({ root }: WebApiRequest, url: string, contentIds: ContentIds | undefined) {
  if (url.length > LONGEST_URL) throw badQuery('The URL is too long.');
  const [, reference, rest = ''] = /^\/?(\$[\w-]+)(.*)$/s.exec(url) ?? [];
  const known = reference === undefined ? undefined : contentIds?.get(reference);
  if (reference !== undefined && known === undefined && !['$metadata', '$batch'].includes(reference))
    throw badQuery(`Content-ID Reference: '${reference}' does not exist in the batch context.`);
  const whole = known === undefined ? url : `${known}${rest}`;
  const mark = whole.indexOf('?');
  const path = mark < 0 ? whole : whole.slice(0, mark);
  return { path: withoutRoot(path, root), query: mark < 0 ? '' : whole.slice(mark + 1) };
}

function withoutRoot(path: string, root: string): string {
  const mine = new URL(root).pathname;
  // A path from Microsoft's host begins with `/api`; here, an environment stands in front of it.
  for (const prefix of [root, mine, mine.replace(/^.*(?=\/api\/data\/)/, '')])
    if (path.startsWith(prefix)) return path.slice(prefix.length);
  if (/^\w+:\/\//.test(path)) throw badBatch(`The address '${path.slice(0, 100)}' is not of this environment.`);
  return path.replace(/^\//, '');
}
