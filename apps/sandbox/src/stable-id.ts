import { createHash } from 'node:crypto';

/** The same GUID for the same name after every start and reset. */
export function stableId(name: string): string {
  const hex = createHash('sha256').update(`sandbox/${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A pairwise subject as Entra gives one: 43 base64url characters. */
export function stableSubject(name: string): string {
  return createHash('sha256').update(`sandbox/subject/${name}`).digest('base64url');
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return GUID.test(text);
}
