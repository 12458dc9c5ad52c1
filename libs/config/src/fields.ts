import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { isLoopback } from './origin.js';

function text(expects: string): z.ZodString {
  return z.string({ error: `expected ${expects}` });
}

function urlField(expects: string, accept: (url: URL) => boolean) {
  return text(expects)
    .refine((value) => URL.canParse(value) && accept(new URL(value)), `expected ${expects}`)
    .meta({ expects });
}

/** A TCP port; 0 lets the system choose one. */
export function port() {
  const expects = 'a port number from 0 to 65535';
  return text(expects)
    .refine((value) => /^\d{1,5}$/.test(value) && Number(value) <= 65535, `expected ${expects}`)
    .transform(Number)
    .meta({ expects });
}

/** On with `1` or `true`, off with `0`, `false` or when unset. */
export function flag() {
  return z
    .enum(['1', 'true', '0', 'false'], { error: 'expected 1 or 0' })
    .transform((value) => value === '1' || value === 'true')
    .default(false)
    .meta({ expects: '1 or 0' });
}

/** Values between commas, trimmed, without empty ones. */
export function csv() {
  return z.string().transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
}

/** The address of another service: https, or http on loopback; without a trailing slash. */
export function serviceUrl() {
  const expects = 'an https address (http on loopback only) without user, query or fragment';
  return urlField(expects, (url) => isSafeTransport(url) && !url.username && !url.search && !url.hash)
    .transform((value) => value.replace(/\/+$/, ''))
    .meta({ expects });
}

/** Scheme, host and port alone, as a browser writes an origin. */
export function origin() {
  const expects = 'an https origin (http on loopback only) without a path';
  return urlField(expects, (url) => isSafeTransport(url) && url.pathname === '/' && !url.username && !url.search)
    .transform((value) => new URL(value).origin)
    .meta({ expects });
}

/** Where another service's gRPC API is: `host:port`, several of them with commas. */
export function grpcAddress() {
  const expects = 'host:port, several of them with commas';
  return text(expects)
    .regex(/^[^\s,]+:\d{1,5}(,[^\s,]+:\d{1,5})*$/, `expected ${expects}`)
    .meta({ expects });
}

export function databaseUrl() {
  return urlField(
    'a PostgreSQL URL such as postgres://user:password@host:5432/database',
    (url) => /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1,
  ).meta({ secret: true });
}

/** The path of a file; the value is its content, trimmed. */
export function file() {
  const expects = 'the path of a readable file that is not empty';
  return text(expects)
    .transform((path, ctx) => {
      const content = contentOf(path);
      if (!content) ctx.issues.push({ code: 'custom', message: `expected ${expects}`, input: path });
      return content;
    })
    .meta({ expects });
}

/** Like `file`, and a mistake when its group or anyone else may read it. */
export function secretFile() {
  const expects = 'the path of a file that is not empty and that its owner alone may read (chmod 600)';
  return text(expects)
    .transform((path, ctx) => {
      const content = ownerOnly(path) ? contentOf(path) : '';
      if (!content) ctx.issues.push({ code: 'custom', message: `expected ${expects}`, input: path });
      return content;
    })
    .meta({ expects, secret: true });
}

/** A secret in a file that may be replaced while the process runs: the value reads it, as it stands then. */
export function replaceableSecretFile() {
  const expects = 'the path of a file that is not empty and that its owner alone may read (chmod 600)';
  return text(expects)
    .transform((path, ctx) => {
      let last = ownerOnly(path) ? contentOf(path) : '';
      if (!last) ctx.issues.push({ code: 'custom', message: `expected ${expects}`, input: path });
      // While it is being replaced there may be none for a moment.
      return (): string => (last = contentOf(path) || last);
    })
    .meta({ expects, secret: true });
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function ownerOnly(path: string): boolean {
  try {
    return (statSync(path).mode & 0o077) === 0;
  } catch {
    return false;
  }
}

function isSafeTransport(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
