import { Agent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import { beforeWriting } from './before-writing.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { classify, classifyLost, type DataverseResult } from './failure.js';

/** Permission to start a call. */
export interface Permission {
  /** Resolves when there is one; what it throws stops the call and reaches the caller. */
  ensure(): Promise<void>;
  /** Whether there still is one in this very moment. */
  holds(): boolean;
}

export interface Exchange {
  method: 'GET' | 'POST' | 'PATCH';
  url: string;
  headers: Record<string, string>;
  /** Read after the permission was ensured, which may have renewed it. */
  accessToken: () => string;
  body?: Record<string, unknown>;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Ensured when a place for the call is free, and looked at again when its connection stands, right before the first byte. */
  permission?: Permission | undefined;
}

const callsAtOnce = 16;
const sizeLimit = 8 * 1024 * 1024;
const limit = new ConcurrencyLimit(callsAtOnce);
const agent = new Agent({
  connections: callsAtOnce,
  pipelining: 1,
  connect: { timeout: 5_000 },
  // The time of a whole call is limited by its own signal.
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 30_000,
});

/** One request, one answer that keeps to the contract: JSON below 8 MB, or no body. Redirects aren't followed. */
export async function exchange(call: Exchange): Promise<DataverseResult<unknown>> {
  const leave = await limit.enter(new URL(call.url).origin);
  try {
    const deadline = AbortSignal.timeout(call.timeoutMs);
    const signal = call.signal === undefined ? deadline : AbortSignal.any([deadline, call.signal]);
    for (;;) {
      await call.permission?.ensure();
      const answer = await send(call, signal);
      // The permission ended while the connection was made. That stands now, so that the next try doesn't wait for it.
      if (answer !== 'not_permitted') return answer;
    }
  } finally {
    leave();
  }
}

async function send(call: Exchange, signal: AbortSignal): Promise<DataverseResult<unknown> | 'not_permitted'> {
  const write = call.method !== 'GET';
  let state: 'waiting' | 'sent' | 'not_permitted' = 'waiting';
  const mayGo = (): boolean => {
    const holds = call.permission?.holds() ?? true;
    // undici may have begun to write on a connection that turned out to be gone: then it counts as sent.
    if (state !== 'sent') state = holds ? 'sent' : 'not_permitted';
    return holds;
  };
  try {
    const answer = await request(call.url, {
      dispatcher: agent.compose(beforeWriting(mayGo)),
      method: call.method,
      headers: { ...call.headers, authorization: `Bearer ${call.accessToken()}` },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal,
    });
    return understand(answer, await textOf(answer), write);
  } catch (error) {
    const ended = state as 'waiting' | 'sent' | 'not_permitted';
    if (ended === 'not_permitted') return ended;
    return { ok: false, failure: classifyLost(error, { write, sent: ended === 'sent' }) };
  }
}

class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

async function textOf(answer: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > sizeLimit) throw new AnswerTooLarge('The answer is larger than 8 MB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function understand(answer: Dispatcher.ResponseData, text: string, write: boolean): DataverseResult<unknown> {
  const { statusCode: status, headers } = answer;
  const json = isJson(headers['content-type']) ? parsed(text) : undefined;
  if (status < 200 || status > 299) {
    const { code, message } = errorOf(json);
    const claims = claimsOf(headers['www-authenticate']);
    const retryAfterMs = retryAfterOf(headers['retry-after']);
    return { ok: false, failure: classify({ status, code, message, retryAfterMs, claims, write }) };
  }
  if (text !== '' && json === undefined) {
    // A sign-in page or a cut body with status 200: whether a write took effect can't be told from it.
    const message = 'The answer was not the JSON that Dataverse sends.';
    return { ok: false, failure: { class: write ? 'unknown' : 'transient', status, message } };
  }
  const etag = single(headers['etag']) ?? etagOf(json);
  return { ok: true, value: json, ...(etag !== undefined && { etag }) };
}

function isJson(contentType: string | string[] | undefined): boolean {
  return /^application\/json\b/i.test(single(contentType) ?? '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const errorBody = z.object({ error: z.object({ code: z.string().optional(), message: z.string().optional() }) });

function errorOf(json: unknown): { code?: string | undefined; message?: string | undefined } {
  const body = errorBody.safeParse(json).data;
  const code = body?.error.code;
  return { code: code === '' || code === '0x0' ? undefined : code, message: body?.error.message?.slice(0, 2000) };
}

function etagOf(json: unknown): string | undefined {
  return z.object({ '@odata.etag': z.string() }).safeParse(json).data?.['@odata.etag'];
}

/** Seconds or an HTTP date. */
export function retryAfterOf(header: string | string[] | undefined, now = Date.now()): number | undefined {
  const value = single(header)?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** The `claims` of a challenge (base64 of JSON) as JSON text. */
export function claimsOf(header: string | string[] | undefined): string | undefined {
  const encoded = /\bclaims="?([A-Za-z0-9+/=_-]+)"?/.exec([header].flat().join(', '))?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  return parsed(text) === undefined ? undefined : text;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
