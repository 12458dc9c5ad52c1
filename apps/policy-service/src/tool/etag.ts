import { createHash } from 'node:crypto';
import { canonicalJson } from '@bliro/contract/crm';
import { Problem } from '@bliro/http';

/** A strong entity tag: the same for the same content, in every replica. */
export function etagOf(content: unknown): string {
  return `"${createHash('sha256').update(canonicalJson(content)).digest('base64url').slice(0, 22)}"`;
}

/** Whether an `If-Match` header (RFC 9110) names this tag. A weak tag never does. */
export function matches(ifMatch: string, etag: string): boolean {
  return ifMatch.trim() === '*' || ifMatch.split(',').some((tag) => tag.trim() === etag);
}

/** @throws Problem precondition_required, precondition_failed: guards against the loss of a change that the caller did not see */
export function refuseUnless(ifMatch: string | undefined, content: unknown): void {
  if (ifMatch === undefined) throw new Problem('precondition_required');
  if (!matches(ifMatch, etagOf(content))) throw new Problem('precondition_failed');
}

/** For the OpenAPI document of an answer with a tag. */
export const etagHeader = { ETag: { description: 'Tag of this content', schema: { type: 'string' } } } as const;

/** What a controller needs of the answer. */
export interface Reply {
  header(name: string, value: string): Reply;
  status(code: number): Reply;
}

/** Whether an `If-None-Match` header names this tag; a proxy may have made it a weak one. */
export function namesTag(ifNoneMatch: string, etag: string): boolean {
  return matches(ifNoneMatch.replaceAll(/(^|[\s,])W\//g, '$1'), etag);
}
