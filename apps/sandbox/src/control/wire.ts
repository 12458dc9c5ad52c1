import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './exchange.js';

const PIECES = 20;

/** An answer as it goes over the wire. */
interface Sendable {
  status: number;
  headers: Record<string, string>;
  text: string | undefined;
}

export function toSend({ status, headers = {}, body }: Answer): Sendable {
  if (body === undefined || typeof body === 'string') return { status, headers: { ...headers }, text: body };
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    text: JSON.stringify(body),
  };
}

/** Ends the connection without a word. */
export function drop(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

/** Half of the body, and then the connection ends. */
export function sendPart(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  const bytes = begin(reply, answer);
  reply.raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.raw.socket.destroy());
  return reply;
}

/** Status and headers at once, the body in pieces over that time; without a body there is nothing to be slow with. */
export async function sendSlowly(
  reply: FastifyReply,
  answer: Answer,
  ms: number,
  closing: AbortSignal,
): Promise<FastifyReply> {
  const bytes = begin(reply, answer);
  if (bytes.length > 0) reply.raw.flushHeaders();
  const size = Math.max(1, Math.ceil(bytes.length / PIECES));
  for (let at = 0; at < bytes.length && !reply.raw.destroyed; at += size) {
    await pause(ms / Math.ceil(bytes.length / size), closing);
    reply.raw.write(bytes.subarray(at, at + size));
  }
  reply.raw.end();
  return reply;
}

/** Takes the answer out of the framework's hands; its headers are set, and nothing is sent. */
function begin(reply: FastifyReply, answer: Answer): Buffer {
  const { status, headers, text = '' } = toSend(answer);
  const bytes = Buffer.from(text);
  reply.hijack();
  reply.raw.statusCode = status;
  for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value);
  if (bytes.length > 0) reply.raw.setHeader('content-length', bytes.length);
  return bytes;
}

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
