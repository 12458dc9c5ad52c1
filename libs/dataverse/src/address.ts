import { isLoopback } from '@bliro/config';

/**
 * The base that a token may be sent to: https anywhere, http only on this machine and only where local stand-ins are allowed.
 * Without a trailing slash. Throws TypeError on anything else.
 */
export function checkedBase(address: string, allowLocal: boolean): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const local = url?.protocol === 'http:' && allowLocal && isLoopback(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !local) || url.username !== '' || url.search !== '') {
    throw new TypeError('A Dataverse address must be https (http only for a local stand-in).');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Names and ids become parts of an address: only these forms get there. */
export function checkedName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) throw new TypeError('This is not a name of a table or column.');
  return name;
}

export function checkedId(id: string): string {
  if (!guid.test(id)) throw new TypeError('This is not a record id.');
  return id.toLowerCase();
}
