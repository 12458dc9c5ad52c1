import canonicalize from 'canonicalize';

/** JSON in the one form that hashes are taken of (RFC 8785). */
export function canonicalJson(value: unknown): string {
  const json = canonicalize(value);
  if (json === undefined) throw new TypeError('This value has no JSON form.');
  return json;
}
