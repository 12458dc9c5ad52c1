import { Agent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import { classify, classifyLost, type DataverseResult } from './failure.js';
import { Places } from './places.js';

export interface Exchange {
  method: 'GET' | 'POST' | 'PATCH';
  url: string;
  headers: Record<string, string>;
  /** Read at the moment of sending, after `beforeSend`. */
  accessToken: () => string;
  body?: Record<string, unknown>;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Runs when a place for the call is free, right before it is sent; what it throws stops the call. */
  beforeSend?: (() => Promise<void>) | undefined;
}

const callsAtOnce = 16;
const sizeLimit = 8 * 1024 * 1024;
const places = new Places(callsAtOnce);
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
  const write = call.method !== 'GET';
  const leave = await places.enter(new URL(call.url).origin);
  try {
    await call.beforeSend?.();
    return await send(call, write);
  } finally {
    leave();
  }
}

async function send(call: Exchange, write: boolean): Promise<DataverseResult<unknown>> {
  const deadline = AbortSignal.timeout(call.timeoutMs);
  try {
    const answer = await request(call.url, {
      dispatcher: agent,
      method: call.method,
      headers: { ...call.headers, authorization: `Bearer ${call.accessToken()}` },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: call.signal === undefined ? deadline : AbortSignal.any([deadline, call.signal]),
    });
    return understand(answer, await textOf(answer), write);
  } catch (error) {
    return { ok: false, failure: classifyLost(error, write) };
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
