import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Sandbox } from '../sandbox.js';
import type { Effect } from './faults.js';
import { drop, pause, sendPart, sendSlowly, toSend } from './wire.js';
import { shown, shownQuery, type JournalEntry, type Target } from './journal.js';

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
  const queryShown = shownQuery(target, query);
  const headers = Object.keys(request.headers);
  const entry = sandbox.journal.add({
    target,
    method: request.method,
    path,
    ...(queryShown === undefined ? {} : { query: queryShown }),
    headers,
  });
  const known = await exchange.identify();
  const { user, environment, scope, grantType } = known;
  Object.assign(entry, definedOf({ user, environment, scope, grantType }));
  const paths = [path, fullPath];
  const effect = sandbox.faults.take({ target, method: request.method, paths, user, environment });

  if (effect?.kind === 'dropBeforeCommit') return drop(request, reply);
  if (effect?.kind === 'status') return send(reply, record(entry, exchange.trouble(effect)));
  if (effect?.kind === 'html') return send(reply, record(entry, somebodyElsesPage));
  if (effect?.kind === 'delay') await pause(effect.ms, sandbox.closing);
  const answer = record(entry, await exchange.carryOut(known));
  if (answer.committed) sandbox.logger.info(logFields(entry, request), 'committed');
  if (effect?.kind === 'delayAfterCommit') await pause(effect.ms, sandbox.closing);
  if (effect?.kind === 'slowBody') return sendSlowly(reply, answer, effect.ms, sandbox.closing);
  const silent = effect?.kind === 'dropAfterCommit' || (effect?.kind === 'cutBody' && answer.body === undefined);
  if (silent) entry.status = 0;
  if (silent) return drop(request, reply);
  return effect?.kind === 'cutBody' ? sendPart(request, reply, answer) : send(reply, answer);
}

/** What a proxy, or a sign-in page on the way, answers in Microsoft's place: a success by its status alone. */
const somebodyElsesPage: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html>\n<html lang="en"><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>\n',
};

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

export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  const { status, headers, text } = toSend(answer);
  return reply.code(status).headers(headers).send(text);
}

function definedOf(fields: { [K in keyof Known]: Known[K] | undefined }): object {
  const defined = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return Object.fromEntries(defined.map(([name, value]) => [name, shown(value)]));
}

function logFields({ target, method, path, status }: JournalEntry, { headers }: FastifyRequest): object {
  const given = headers['x-ms-correlation-request-id'] ?? headers['x-ms-client-request-id'];
  return { target, method, path, status, ...(given === undefined ? {} : { correlationId: given }) };
}
