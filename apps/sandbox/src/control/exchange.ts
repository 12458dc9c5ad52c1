import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../sandbox.js';
import type { Effect } from './faults.js';
import { shownQuery, type JournalEntry, type Target } from './journal.js';

export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** A text, or what is sent as JSON. */
  body?: unknown;
  committed?: boolean;
}

/** What is known of a request before it is carried out. */
export type Known = Partial<Pick<JournalEntry, 'user' | 'environment' | 'scope' | 'grantType'>>;

export interface Exchange<K extends Known> {
  target: Target;
  /** Path of the target's own, without where it is mounted here. */
  path: string;
  /** Who asks and for what; must change nothing. */
  identify: () => K | Promise<K>;
  /** Carries the request out; what it commits stays committed whatever becomes of the answer. */
  carryOut: (known: K) => Answer | Promise<Answer>;
  /** How this target says that it is in trouble. */
  trouble: (effect: Extract<Effect, { kind: 'status' }>) => Answer;
}

/** One request from the journal's line to the answer, with the fault that was asked for on its way. */
export async function conduct<K extends Known>(
  sandbox: Sandbox,
  request: FastifyRequest,
  reply: FastifyReply,
  exchange: Exchange<K>,
): Promise<unknown> {
  const [fullPath, query] = splitUrl(request.raw.url ?? '/');
  const { target, path } = exchange;
  const shown = shownQuery(target, query);
  const headers = Object.keys(request.headers);
  const entry = sandbox.journal.add({
    target,
    method: request.method,
    path,
    ...(shown === undefined ? {} : { query: shown }),
    headers,
  });
  const known = await exchange.identify();
  const { user, environment, scope, grantType } = known;
  Object.assign(entry, definedOf({ user, environment, scope, grantType }));
  const paths = [path, fullPath];
  const effect = sandbox.faults.take({ target, method: request.method, paths, user, environment });

  if (effect?.kind === 'status') return send(reply, record(entry, exchange.trouble(effect)));
  if (effect?.kind === 'delay') await pause(effect.ms, sandbox.closing);
  const answer = record(entry, await exchange.carryOut(known));
  if (answer.committed) sandbox.logger.info(logFields(entry, request), 'committed');
  if (effect?.kind === 'delayAfterCommit') await pause(effect.ms, sandbox.closing);
  if (effect?.kind !== 'dropAfterCommit') return send(reply, answer);
  entry.status = 0;
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

/** Path and query of a request's URL. */
export function splitUrl(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function record(entry: JournalEntry, answer: Answer): Answer {
  entry.status = answer.status;
  entry.committed = answer.committed ?? false;
  return answer;
}

export function send(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  void reply.code(status).headers(headers);
  if (body === undefined) return reply.send();
  if (typeof body === 'string') return reply.send(body);
  if (!reply.hasHeader('content-type')) void reply.header('content-type', 'application/json; charset=utf-8');
  return reply.send(JSON.stringify(body));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function definedOf(fields: { [K in keyof Known]: Known[K] | undefined }): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function logFields({ target, method, path, status }: JournalEntry, { headers }: FastifyRequest): object {
  const given = headers['x-ms-correlation-request-id'] ?? headers['x-ms-client-request-id'];
  return { target, method, path, status, ...(given === undefined ? {} : { correlationId: given }) };
}
