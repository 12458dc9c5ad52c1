import { createHash } from 'node:crypto';
import { canonicalJson } from '@bliro/contract/crm';

/** A strong entity tag: the same for the same content, in every replica. */
export function etagOf(content: unknown): string {
  return `"${createHash('sha256').update(canonicalJson(content)).digest('base64url').slice(0, 22)}"`;
}

/** Whether an `If-Match` header (RFC 9110) names this tag. A weak tag never does. */
export function matches(ifMatch: string, etag: string): boolean {
  return ifMatch.trim() === '*' || ifMatch.split(',').some((tag) => tag.trim() === etag);
}
